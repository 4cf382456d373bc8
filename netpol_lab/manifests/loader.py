"""The door: manifests in, a Cluster out, with every complaint at once.

Behind this door nobody sees a dict, a missing default or an invalid policy.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path as FilePath

from netpol_lab.manifests.cluster_wide.channels import checked_channel
from netpol_lab.manifests.named_objects import NamedObjects
from netpol_lab.manifests.reader import ManifestReader
from netpol_lab.manifests.text.files import ManifestText
from netpol_lab.manifests.text.sources import texts_of, texts_of_files
from netpol_lab.manifests.text.yaml_reader import (
    Document,
)
from netpol_lab.manifests.to_model import DEFAULT_NAMESPACE
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster


def load(
    *sources: str | FilePath,
    strict: bool = True,
    assumptions: Assumptions = DEFAULTS,
    namespace: str = DEFAULT_NAMESPACE,
    channel: str | None = None,
) -> Cluster:
    r"""Read manifests as an API server would.

    Parameters
    ----------
    *sources : str or pathlib.Path
        Each one a packaged scenario (``"three-tier"``), a file, a directory (read with its
        subdirectories; what holds a kustomization is built), ``"-"`` for standard input, or the
        YAML or JSON text itself.
    strict : bool
        Refuse unknown and repeated fields, as kubectl asks the server to. Otherwise drop them, as
        old kubectl and ``--validate=false`` do, and keep what was dropped in `Cluster.dropped`;
        of repeated fields the last one stands, or in JSON both merged (VAL-08, VAL-09).
    assumptions : Assumptions
        Only `strict_cidr` matters here.
    namespace : str
        Where objects belong that name no namespace (SEM-64); others stay where they are.
    channel : str, optional
        ``"standard"`` or ``"experimental"``: which definitions of cluster-wide policies the cluster
        has. Left out, it is what a CustomResourceDefinition among the manifests tells, or else
        standard.

    Returns
    -------
    Cluster
        With a warning for everything in a directory that is left out.

    Raises
    ------
    ManifestError
        With every complaint: file, document, line, column, path, the server's words and a hint.
    UnknownNameError
        When a source is neither of the above.
    NetpolError
        When a source is neither text nor a path, as an object that is parsed already; when
        `namespace` cannot be a name, or there is no such `channel`.

    Examples
    --------
    >>> load("three-tier")
    Cluster: 3 pods, 1 namespace, 2 policies
    >>> load("kind: Pod\napiVersion: v1\nmetadata: {name: [web]}")
    Traceback (most recent call last):
    netpol_lab.errors.ManifestError: <text>:3:18, document 1: Pod metadata.name
      Type: cannot be a list: must be text
      3 | metadata: {name: [web]}
                           ^
      hint: only one goes here: web, without brackets or a dash
    """
    texts = chain.from_iterable(map(texts_of, sources))
    return read_all(texts, strict, assumptions, namespace, channel=channel)


def load_files(
    *paths: str,
    strict: bool = True,
    assumptions: Assumptions = DEFAULTS,
    namespace: str = DEFAULT_NAMESPACE,
    older: bool = False,
    partly: bool = False,
    channel: str | None = None,
) -> Cluster:
    """Read manifests from files only; no argument is taken for YAML text, whatever it looks like.

    Parameters
    ----------
    *paths : str
        Files, pipes, directories, packaged scenarios, or ``"-"`` for standard input.
    strict, assumptions, namespace, channel
        As for `load`.
    older : bool
        Warn of what only servers before v1.36 take, in place of refusing it.
    partly : bool
        Go on without pods and workloads of a folder that are refused; `Cluster.refused` says why.

    Examples
    --------
    >>> load_files("three-tier")
    Cluster: 3 pods, 1 namespace, 2 policies
    """
    texts = chain.from_iterable(map(texts_of_files, paths))
    return read_all(texts, strict, assumptions, namespace, older, partly, channel)


def read_all(
    texts: Iterable[ManifestText | tuple[str, str]],
    strict: bool = True,
    assumptions: Assumptions = DEFAULTS,
    namespace: str = DEFAULT_NAMESPACE,
    older: bool = False,
    partly: bool = False,
    channel: str | None = None,
) -> Cluster:
    r"""Read named texts.

    Parameters
    ----------
    texts : iterable of ManifestText or of (str, str)
        The name of each text, for complaints, and the text.
    strict, assumptions, namespace, older, partly, channel
        As for `load_files`.

    Examples
    --------
    >>> read_all([("here", "kind: Pod\napiVersion: v1\nmetadata: {name: a}")])
    Cluster: 1 pod, 1 namespace, 0 policies
    """
    reader = ManifestReader(
        assumptions,
        strict,
        older,
        partly,
        NamedObjects(namespace),
        None if channel is None else checked_channel(channel),
    )
    for text in texts:
        reader.read_text(text if isinstance(text, ManifestText) else ManifestText(*text))
    return reader.cluster()


def read_parts(document: Document, *names: str) -> Cluster:
    """Read the manifests in some fields of an exercise.

    Parameters
    ----------
    document : Document
    *names : str
        Fields that hold manifests as text, or ``"scenario"``, which names a packaged scenario.

    Returns
    -------
    Cluster

    Raises
    ------
    ManifestError
        With complaints about the lines of the exercise's own file.
    """
    reader = ManifestReader(DEFAULTS)
    reader.take_in(document, *names)
    return reader.cluster()
