"""Everything one does with this checkout: `python tools/dev.py lab`, `test`, `help`, ...

Needs nothing but Python itself. This file is only the front door: it has to be readable for
Pythons that are too old (hence the old-fashioned formatting), so that they get a sentence and
not a traceback. The verbs are in `verbs.py`.
"""

import sys

OLDEST = (3, 11)

if sys.version_info[:2] < OLDEST:
    sys.exit(
        "netpol_lab needs Python %d.%d or newer, and this is Python %d.%d.\n"
        "If you have a newer one, name it, for example:\n"
        "    make lab PYTHON=python3.12\n"
        "    python3.12 tools/dev.py lab" % (OLDEST + tuple(sys.version_info[:2]))
    )

import verbs

if __name__ == "__main__":
    sys.exit(verbs.main(sys.argv[1:]))
