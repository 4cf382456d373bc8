"""All you can do with this checkout: `python tools/dev.py lab`, `test`, `help`, ...

Needs only Python itself. This file is just the front door: Pythons that are too old must be able
to read it (hence the old-fashioned formatting), so that they print a sentence and not a traceback.
The commands are in `commands.py`.
"""

import os
import sys

OLDEST = (3, 11)

if sys.version_info[:2] < OLDEST:
    sys.exit(
        "netpol_lab needs Python %d.%d or newer, and this is Python %d.%d.\n"
        "If you have a newer one, name it, for example:\n"
        "    make lab PYTHON=python3.12\n"
        "    python3.12 tools/dev.py lab" % (OLDEST + tuple(sys.version_info[:2]))
    )

sys.path.append(os.path.dirname(sys.path[0]))  # netpol_lab.writing is used before it is installed

import commands

if __name__ == "__main__":
    sys.exit(commands.main(sys.argv[1:]))
