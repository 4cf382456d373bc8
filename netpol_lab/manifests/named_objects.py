"""Objects by their names: which namespace they belong to, and which of them replaces another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from netpol_lab.errors import Complaint, NetpolError, Reason, counted, visible
from netpol_lab.manifests.decoding import Problem
from netpol_lab.manifests.rules.metadata_rules import check_namespace

TWICE = Problem(  # VAL-41
    ("metadata", "name"),
    Reason.DUPLICATE,
    "appears twice, and the last one replaces the other",
    "give one of them another name, if both are meant",
)


@dataclass
class NamedObjects:
    """Objects by kind, namespace and name, of which the last one of a name stands (VAL-41).

    Parameters
    ----------
    namespace : str
        Where objects belong that name none (DEF-11).

    Raises
    ------
    NetpolError
        When nothing can be called so.
    """

    namespace: str
    by_kind: dict[str, dict[tuple[str, str], Any]] = field(default_factory=dict)
    builds: dict[tuple[str, str, str], str] = field(default_factory=dict)
    taken: dict[str, set[str]] = field(default_factory=dict)
    numbers: dict[tuple[str, str], count[int]] = field(default_factory=dict)
    rivals: Counter[tuple[str, str]] = field(default_factory=Counter)
    replaced: list[tuple[str, Any]] = field(default_factory=list)  # what differs, with its kind

    def __post_init__(self) -> None:
        name = self.namespace
        faults = [*check_namespace(name)] if name else []
        if faults or not name:
            why = faults[0].message if faults else "it is empty"
            raise NetpolError(f'no namespace can be called "{visible(name)}": {why}')

    def keep(
        self, kind: str, thing: Any, build: str = "", home: str = "", found: bool = False
    ) -> tuple[tuple[str, str], bool]:
        """Keep an object.

        Parameters
        ----------
        kind : str
        thing : object
        build : str
            The kustomization that makes it, if one does.
        home : str
            Where it belongs, whatever it says; empty where it says it.
        found : bool
            Whether nobody has named its file: in a folder variants lie side by side.

        Returns
        -------
        ((str, str), bool)
            Its namespace and name; and whether it replaces another, of which a word is due.

        Examples
        --------
        >>> from netpol_lab.manifests.api_types import ObjectMeta, Pod
        >>> NamedObjects("shop").keep("Pod", Pod(metadata=ObjectMeta(generate_name="web-")))
        (('shop', 'web-1'), False)
        """
        alike, meta = self.by_kind.setdefault(kind, {}), thing.metadata
        if home or not meta.namespace:  # to Namespaces and Nodes it makes no difference
            meta = replace(meta, namespace=home or self.namespace)
        if not meta.name:  # the server would add something unique to generateName (VAL-04)
            meta = replace(meta, name=self._made_up(kind, meta.generate_name))
        if meta is not thing.metadata:
            thing = replace(thing, metadata=meta)
        name = meta.namespace, meta.name
        replaces = name in alike and (kind == "NetworkPolicy" or alike[name] != thing)
        if found and name in alike and alike[name] != thing:
            self.replaced.append((kind, alike[name]))
        earlier = self.builds.get((kind, *name), "")
        if replaces and build and earlier not in ("", build):
            self.rivals[earlier, build] += 1
            replaces = False  # said once for all of them
        if build:
            self.builds[kind, *name] = build
        alike[name] = thing
        self.taken.setdefault(kind, set()).add(meta.name)
        return name, replaces

    def variants(self) -> Iterator[tuple[str, Any, Any]]:
        """Yield objects that others of their name have replaced: the kind, and both."""
        for kind, earlier in self.replaced:
            yield (
                kind,
                earlier,
                self.by_kind[kind][earlier.metadata.namespace, earlier.metadata.name],
            )

    def _made_up(self, kind: str, prefix: str) -> str:
        """Return the first free name of a kind with this prefix and a number."""
        taken = self.taken.get(kind, ())
        for number in self.numbers.setdefault((kind, prefix), count(1)):
            if (name := f"{prefix}{number}") not in taken:
                return name
        raise AssertionError("there is always another number")

    def rivalries(self) -> Iterator[Complaint]:
        """Yield a warning for any two kustomizations that make the same objects."""
        for (earlier, later), number in self.rivals.items():
            objects = counted(number, "object")
            said = f"makes {objects} of the same name as {earlier}, and replaces them"
            hint = "are these two variants of one application? Then name the folder of one of them"
            yield Complaint("", Reason.DUPLICATE, said, hint, later, document=0)
