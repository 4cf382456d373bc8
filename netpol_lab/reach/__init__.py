"""Who reaches whom, on every port at once, and what a change opens and closes.

Enter at `reachability.reachability` and `diff.diff`.
May import `engine` and the rooms above it.
"""
