"""What can be typed: the commands of ``netpol-lab``, and reports in nine formats.

Enter at `main.main`.
Imports every other room; nothing imports it.
"""
