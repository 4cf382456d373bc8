"""What is wrong with a set of policies: lint, and tests of policies (``netpol-lab test``).

Enter at `lint.run.lint` and `expectations.expect`.
May import `advice` and the rooms above it.
"""
