"""What traffic looks like: facts, shapes, SVG, PNG, charts. Nothing here is a widget.

Enter at `svg.draw` and, for charts, at `charts.matrix.plot_matrix`.
May import `checks` and the rooms above it.
"""
