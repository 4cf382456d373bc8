"""What is left of a kustomization that names files which are not there: a copy without those names.

People leave files with passwords out of a repository, or share only a part of it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory

from netpol_lab.manifests.text.kustomization import KustomizationTree
from netpol_lab.manifests.text.kustomize import Built, kustomize


def build(tree: KustomizationTree) -> Built:
    """Build a tree as it is, or a copy of it without the names of files that are not there."""
    if not tree.absent:
        return kustomize(tree.folder)
    try:
        with _copy_without_the_absent(tree) as folder:
            return kustomize(folder)
    except OSError as error:
        return Built("", failure=f"it cannot be copied: {error.strerror}")


@contextmanager
def _copy_without_the_absent(tree: KustomizationTree) -> Iterator[FilePath]:
    """Yield the root's folder in a copy of all files of a tree, which lie as they did."""
    files = {*tree.resources, *tree.inputs}
    top = os.path.commonpath([*files, *tree.parts])
    with TemporaryDirectory() as empty:
        for file in files:
            copy = FilePath(empty, file.relative_to(top))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        for part in tree.parts.values():
            copy = FilePath(empty, part.file.relative_to(top))
            copy.write_text(json.dumps(part.content), encoding="utf-8")
        yield FilePath(empty, next(iter(tree.parts)).relative_to(top))
