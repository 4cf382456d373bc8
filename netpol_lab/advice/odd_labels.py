"""Requirements that nobody meets as they stand, and what was probably meant by them.

Each is judged beside the one pod, or the one namespace, that a selector should match and does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from netpol_lab.advice.telling import equal, tells_version
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import holds
from netpol_lab.errors import resembles
from netpol_lab.model.objects import Namespace, Pod
from netpol_lab.model.selectors import (
    ADDED_LABELS,
    NAME_LABEL,
    Labels,
    Operator,
    Requirement,
    Selector,
)

SAYS_LITTLE = ("", "true", "false")  # values under any key
NO_EFFECT = "as it is, it matches no pod"
WANTING = (Operator.IN, Operator.EXISTS)  # the others only say who is not meant


@dataclass(frozen=True, slots=True)
class Mending:
    """A requirement to take out or to replace.

    Parameters
    ----------
    asked : Requirement
    instead : Requirement, optional
        None where it is to be taken out.
    why : str

    Examples
    --------
    >>> Mending(*equal({"app": "shop"}), None, "it has no such label").words("rule 1")
    'take app=shop out of rule 1: it has no such label'
    """

    asked: Requirement
    instead: Requirement | None
    why: str

    def words(self, where: str) -> str:
        """Return what to do, in words."""
        if self.instead is None:
            odd = self.asked.key if self.asked.operator is Operator.EXISTS else self.asked
            return f"take {odd} out of {where}: {self.why}"
        return f"ask for {self.instead} in {where}, not {self.asked}: {self.why}"


@dataclass(frozen=True, slots=True)
class Meant:
    """The pod that a selector should match, and what speaks for it.

    Parameters
    ----------
    pod : Pod
    labels : mapping
        Those of its labels that last.
    neighbours : PodSet
        Among whom the selector looks; nobody where it may well mean somebody who is not here.
    may_lack : bool
        Whether a label that the pod lacks may be taken out; else the pod should get it.
    """

    pod: Pod
    labels: Labels
    neighbours: PodSet
    may_lack: bool


def changed(selector: Selector, changes: Iterable[Mending]) -> Selector:
    """Return a selector with some of its requirements taken out or replaced."""
    instead = {change.asked: change.instead for change in changes}
    found = (instead.get(one, one) for one in selector.requirements)
    return Selector(tuple(dict.fromkeys(one for one in found if one is not None)))


def speaks_for(requirements: Iterable[Requirement], labels: Labels) -> bool:
    """Say whether anything that is asked for is there: what is ruled out says little."""
    return any(one.operator in WANTING and holds(one, labels) for one in requirements)


def change_for_pod(selector: Selector, wanted: Requirement, meant: Meant) -> Mending | None:
    """Return what to do about a requirement that the pod who is meant does not meet.

    A version is taken out; a value that resembles the pod's own, or that of all whom the rest of
    the selector matches, becomes the pod's own; a key becomes that under which the pod has the
    value; a label that the pod lacks is taken out where it is not the pod that should get it.
    Without the rest of the selector speaking for the pod nothing is taken out.

    Parameters
    ----------
    selector : Selector
        It matches nobody.
    wanted : Requirement
        One of its requirements.
    meant : Meant

    Returns
    -------
    Mending or None
    """
    rest = tuple(one for one in selector.requirements if one != wanted)
    is_meant, key = speaks_for(rest, meant.labels), wanted.key
    if wanted.operator not in WANTING or key in ADDED_LABELS:
        return None
    if tells_version(key):
        return Mending(wanted, None, "the next release has another version") if is_meant else None
    if key in meant.pod.labels:
        return _own_value(rest, wanted, meant)
    instead, maker = _other_key(rest, wanted, meant.labels), meant.pod.workload
    if not (is_meant or instead):
        return None
    if maker is not None and holds(wanted, maker.labels):
        return Mending(wanted, instead, f"{maker} has this label, its pods do not")
    why = f"{meant.pod} has no label {key}"
    return Mending(wanted, instead, why) if instead or meant.may_lack else None


def _other_key(
    rest: Iterable[Requirement], wanted: Requirement, labels: Labels
) -> Requirement | None:
    """Return the requirement that the pod meets under another key, if its value tells anything."""
    taken = {one.key for one in rest}
    same = {
        key: value
        for key, value in labels.items()
        if (value,) == wanted.values and key not in taken and value not in SAYS_LITTLE
    }
    alike = [key for key in same if _own_name(key) == _own_name(wanted.key)]
    key = next(iter((*alike, *same)), None)
    return equal({key: same[key]})[0] if key is not None else None


def _own_name(key: str) -> str:
    """Return a key without its prefix."""
    return key.rpartition("/")[2]


def _own_value(rest: Collection[Requirement], wanted: Requirement, meant: Meant) -> Mending | None:
    own = meant.labels.get(wanted.key)
    if own is None or len(wanted.values) != 1:
        return None
    named = meant.neighbours & meant.neighbours.pod_index.labelled(Selector((*rest,)))
    values = {pod.labels[wanted.key] for pod in named if wanted.key in pod.labels}
    if resembles(wanted.values[0], own) or values == {own}:
        return Mending(wanted, equal({wanted.key: own})[0], NO_EFFECT)
    return None


def change_for_namespace(
    space: Namespace, spaces: Collection[Namespace], wanted: Requirement, means_pod: bool
) -> Mending | None:
    """Return what to do about a requirement that a namespace does not meet.

    A key that no namespace has gives way to the namespace's name, by which every one can be chosen.

    Parameters
    ----------
    space : Namespace
    spaces : collection of Namespace
        All of them.
    wanted : Requirement
    means_pod : bool
        Whether the pod's labels say that it is meant.

    Returns
    -------
    Mending or None

    Examples
    --------
    >>> system = Namespace("kube-system", {NAME_LABEL: "kube-system"})
    >>> (wanted,) = equal({"name": "kube-system"})
    >>> change_for_namespace(system, [system], wanted, False).words("rule 1")
    'ask for kubernetes.io/metadata.name=kube-system in rule 1, not name=kube-system: no namespace \
here has a label name'
    """
    if wanted.operator not in WANTING or len(wanted.values) > 1:
        return None
    key, value = wanted.key, "".join(wanted.values)
    by_name = Mending(wanted, equal({NAME_LABEL: space.name})[0], "")
    is_meant = means_pod or resembles(value, space.name)
    if key == NAME_LABEL:
        why = f"there is no namespace {value} here"
        known = any(one.name == value for one in spaces)
        return Mending(wanted, by_name.instead, why) if is_meant and not known else None
    if key in space.labels:
        own = equal({key: space.labels[key]})[0]
        return Mending(wanted, own, NO_EFFECT) if resembles(value, space.labels[key]) else None
    known = any(key in one.labels for one in spaces)
    why = f"no namespace here has a label {key}"
    return Mending(wanted, by_name.instead, why) if is_meant and not known else None
