"""Settings for everything that pytest runs, the notebooks included."""

import os

# What tests and notebooks do is nobody's progress: it is kept in memory.
os.environ.setdefault("NETPOL_LAB_PROGRESS", "off")
