"""``python -m netpol_lab`` is the command line."""

import sys

from netpol_lab.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
