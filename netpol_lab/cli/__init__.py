"""What can be typed: the commands of ``netpol-lab``, and reports in nine formats.

Enter at `main.main`. A `Command` of `options` has a name, its options and what it runs: those that
judge manifests and single flows are in `main`, those about whole clusters in `report_commands`, and
those for teachers in `teacher_commands`. What they read is in `reading`.
Imports every other room; nothing imports it.
"""
