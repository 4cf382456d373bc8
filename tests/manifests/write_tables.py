"""Write tables and whole texts of this room anew: `python -m tests.manifests.write_tables`.

What has changed is to be read before it is committed: each line says what somebody will see.
"""

import runpy
from pathlib import Path

FOLDER = Path(__file__).parent

if __name__ == "__main__":
    for file in sorted((*FOLDER.rglob("test_whole_*.py"), *FOLDER.rglob("test_table*.py"))):
        place = file.relative_to(FOLDER).with_suffix("").parts
        runpy.run_module(".".join(("tests.manifests", *place)), run_name="__main__")
