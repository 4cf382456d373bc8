"""What to change to let a flow through, and which lines of YAML decide it.

Enter at `fix.fix` and `deciding_lines.reasons_of`.
May import `reach` and the rooms above it.
"""
