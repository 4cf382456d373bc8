"""Policies as somebody wrote them, before a build: Kustomize drops the comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath
from typing import Any

from netpol_lab.errors import NetpolError
from netpol_lab.manifests.field_paths import get, get_list, get_text
from netpol_lab.manifests.text.files import text_of
from netpol_lab.manifests.text.yaml_reader import Document, documents

_KIND = "NetworkPolicy"


def originals_in(files: Iterable[FilePath]) -> tuple[Document, ...]:
    """Return the policies in some files that Kustomize reads, those that can be read."""
    return tuple(document for file in files for document in _policies(file))


def _policies(file: FilePath) -> Iterator[Document]:
    try:
        text = text_of(file)
    except NetpolError:  # then the build has failed as well
        return
    for document in documents(text, str(file))[0] if _KIND in text else ():
        if get(document.value, "kind") == _KIND:
            yield document


def original_of(built: Any, originals: Iterable[Document]) -> str:
    r"""Return the text that a built policy comes from; nothing where that cannot be told.

    Its name may have got a prefix or a suffix. Its rules and peers have to be as many, so that a
    path leads to the same part in both.

    Parameters
    ----------
    built : dict
    originals : iterable of Document

    Examples
    --------
    >>> text = "kind: NetworkPolicy\nmetadata: {name: a}\nspec: {ingress: [{}]}  # all\n"
    >>> found = documents(text, "a.yaml")[0]
    >>> built = {"metadata": {"name": "new-a"}, "spec": {"ingress": [{}]}}
    >>> original_of(built, found) == text
    True
    >>> original_of({"metadata": {"name": "new-a"}}, found)
    ''
    """
    name = get_text(built, "metadata", "name")
    alike = [
        (own, document.text)
        for document in originals
        if (own := get_text(document.value, "metadata", "name")) and own in name
        if _shape(document.value) == _shape(built)
    ]
    return max(alike, key=lambda found: len(found[0]), default=("", ""))[1]


def _shape(policy: Any) -> list[list[int]]:
    """Return how many peers and ports each rule has, of each direction."""
    return [
        [len(get_list(rule, part)) for part in ("from", "to", "ports")]
        for direction in ("ingress", "egress")
        for rule in [{}, *get_list(policy, "spec", direction)]
    ]
