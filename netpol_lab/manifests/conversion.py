"""Texts in which older cluster-wide policies have become ClusterNetworkPolicy v1beta1.

All else stays as it is written: other objects, their order, comments.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from netpol_lab.errors import visible
from netpol_lab.manifests.cluster_wide.channels import GROUP, Channel, channel_told
from netpol_lab.manifests.cluster_wide.convert import (
    KIND,
    MOST,
    carried_over,
    is_older,
    tier_of,
    with_spec,
)
from netpol_lab.manifests.cluster_wide.new_places import Key, NewPlace, new_places
from netpol_lab.manifests.cluster_wide.stored import stored
from netpol_lab.manifests.field_paths import format_path
from netpol_lab.manifests.rewriting import Instead, plain, rewritten
from netpol_lab.manifests.text.files import ManifestText, Origin, files_below, text_of
from netpol_lab.manifests.text.kustomization import NAMES
from netpol_lab.manifests.text.sources import texts_of_files
from netpol_lab.manifests.text.strays import sort_out
from netpol_lab.manifests.text.yaml_reader import (
    MAX_FINDABLE,
    Document,
    documents,
    forget_positions,
)
from netpol_lab.manifests.writer import as_yaml
from netpol_lab.manifests.written_objects import WrittenObject
from netpol_lab.model.cluster_policies import ClusterPolicy
from netpol_lab.model.places import Place


@dataclass(frozen=True, slots=True)
class ConvertedPolicy:
    """An older policy and what has become of it.

    Parameters
    ----------
    title : str
        Its kind and name.
    place : Place, optional
        Where it was written.
    kind, tier : str
        The old kind, and the tier of old and new.
    new : tuple of NewPlace
        Names and priorities of what it has become; empty where that is not possible.
    remarks, needs, refused : tuple of str
        As in `Carried`.
    """

    title: str
    place: Place | None
    kind: str
    tier: str
    new: tuple[NewPlace, ...] = ()
    remarks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class LostComments(NamedTuple):
    """Comments that stood in what had to be written anew."""

    file: str
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conversion:
    """Texts with what has become of their older policies.

    Parameters
    ----------
    texts : tuple of ManifestText
        All of them, in their order.
    policies : tuple of ConvertedPolicy
        In the order in which they are written.
    lost : tuple of LostComments
    """

    texts: tuple[ManifestText, ...]
    policies: tuple[ConvertedPolicy, ...]
    lost: tuple[LostComments, ...] = ()

    @property
    def channel(self) -> Channel | None:
        """The only one that has what the new policies need; None where it does not matter."""
        needs = any(policy.needs for policy in self.policies)
        return Channel.EXPERIMENTAL if needs else None


def texts_to_convert(path: str) -> Iterator[ManifestText]:
    """Yield the texts at a path as they are written; of a folder nothing is built."""
    folder = FilePath(path) if path and path != "-" else None
    if folder is None or not folder.is_dir():
        yield from texts_of_files(path)
        return
    for file in files_below(folder):
        yield ManifestText(str(file), text_of(file), Origin.FOUND)


def is_build(text: ManifestText) -> bool:
    """Say whether a text of a folder tells Kustomize what to build, and is no object."""
    return text.origin is Origin.FOUND and FilePath(text.name).name in NAMES


def manifests_in(text: ManifestText) -> list[Document]:
    """Return the documents of a text that are manifests."""
    found, broken = documents(text.text, text.name)
    return sort_out(found, broken, text)[0] if text.origin is Origin.FOUND else found


def convert(
    texts: Iterable[ManifestText],
    policies: Iterable[ClusterPolicy],
    beside: Iterable[ManifestText] = (),
) -> Conversion:
    """Convert every cluster-wide policy of an older version in some texts.

    Parameters
    ----------
    texts : iterable of ManifestText
        Such that `read_all` takes them.
    policies : iterable of ClusterPolicy
        Those of the whole cluster, read from these texts and others.
    beside : iterable of ManifestText
        Those others: a definition in them may tell which fields the cluster knows.

    Returns
    -------
    Conversion

    Examples
    --------
    >>> text = '''
    ... apiVersion: policy.networking.k8s.io/v1alpha1
    ... kind: AdminNetworkPolicy
    ... metadata: {name: a}
    ... spec: {priority: 5, subject: {namespaces: {}}}  # nobody yet
    ... '''
    >>> from netpol_lab.manifests.loader import load
    >>> cluster = load(text)
    >>> print(convert([ManifestText("a.yaml", text)], cluster.cluster_policies).texts[0].text)
    <BLANKLINE>
    apiVersion: policy.networking.k8s.io/v1beta1
    kind: ClusterNetworkPolicy
    metadata: {name: a}
    spec: {tier: Admin, priority: 5, subject: {namespaces: {}}}  # nobody yet
    <BLANKLINE>
    """
    read = [(text, manifests_in(text)) for text in texts]
    numbers: dict[Key, int] = {}
    telling = [text for text in beside if f"{GROUP}/channel" in text.text]
    channels: dict[str, Channel] = {}  # as definitions among the manifests tell
    for text in telling:
        for value in (one for document in manifests_in(text) for one in _objects(document)):
            channels |= channel_told(value)
    for value in (one for _, found in read for document in found for one in _objects(document)):
        channels |= channel_told(value)
        if is_older(value) and value["kind"] != KIND:
            number = len(carried_over(value).specs)
            numbers[_key(value)] = max(numbers.get(_key(value), 0), number)
    places = new_places(policies, {key: number for key, number in numbers.items() if number})
    converter = _Converter(places, channels.get(KIND, Channel.EXPERIMENTAL))
    changed = tuple(text._replace(text=converter.text(text, found)) for text, found in read)
    forget_positions()
    return Conversion(changed, tuple(converter.policies), tuple(converter.lost))


def _key(value: dict[str, Any]) -> Key:
    return value["kind"], str(value["metadata"].get("name", ""))


def _items(value: Any) -> list[Any] | None:
    """Return the objects of a list, each with the kind that it has there; None if it is none."""
    if not isinstance(value, dict) or not isinstance(value.get("items"), list):
        return None
    kind, version = value.get("kind"), value.get("apiVersion")
    if not isinstance(kind, str) or not kind:
        return None
    head = {"apiVersion": version, "kind": kind.removesuffix("List")}
    return [{**head, **item} if isinstance(item, dict) else item for item in value["items"]]


def _objects(document: Document) -> Iterator[dict[str, Any]]:
    """Yield the objects of a document, also those within lists."""
    waiting = [document.value]
    while waiting:
        value = waiting.pop()
        items = _items(value)
        if items is not None:
            waiting += reversed(items)
        elif isinstance(value, dict):
            yield value


@dataclass
class _Converter:
    """Puts new objects into texts, and keeps what there is to say."""

    places: Mapping[Key, tuple[NewPlace, ...]]
    channel: Channel
    policies: list[ConvertedPolicy] = field(default_factory=list)
    lost: list[LostComments] = field(default_factory=list)

    def text(self, text: ManifestText, found: list[Document]) -> str:
        """Return a text with all its older policies converted."""
        has_breaks = "\r\n" in text.text
        whole = text.text.replace("\r\n", "\n") if has_breaks else text.text
        ending = "" if whole.endswith("\n") else "\n"  # which documents have
        whole += ending
        parts: list[str] = []
        done = 0
        for document in found:
            value = self._value(WrittenObject(document, document.value))
            if value is document.value:
                continue
            held = document.text.replace("\r\n", "\n")  # JSON keeps its breaks, YAML has none
            start = _start(whole, document.place.lines, held, done)
            parts += [whole[done:start], self._document(document, value)]
            done = start + len(held)
        if not parts:
            return text.text
        changed = "".join([*parts, whole[done:]]).removesuffix(ending)
        return changed.replace("\n", "\r\n") if has_breaks else changed

    def _document(self, document: Document, value: Any) -> str:
        """Return the text of a document that says something else."""
        several = value if isinstance(value, Instead) else [value]
        if document.is_json:
            one = {"apiVersion": "v1", "kind": "List", "items": several}
            return _as_json(plain(one if len(several) > 1 else value), document.text)
        first, *more = several
        text, lost = rewritten(document.text, document.value, first)
        if lost:
            self.lost.append(LostComments(document.file, lost))
        if not more:
            return text
        behind = text if text.endswith("\n") else f"{text}\n"
        return f"{behind}---\n{as_yaml(*map(plain, more))}\n"

    # ------------------------------------------------------------ objects

    def _value(self, found: WrittenObject) -> Any:
        """Return what stands in the place of a value: itself where nothing in it is older."""
        items = _items(found.value)
        if items is not None:
            return self._list(found, items)
        is_object = isinstance(found.value, dict)
        return self._object(found) if is_object and is_older(found.value) else found.value

    def _list(self, found: WrittenObject, items: list[Any]) -> Any:
        value = found.value
        inside = [
            self._value(found._replace(value=item, path=(*found.path, "items", i)))
            for i, item in enumerate(items)
        ]
        if all(now is item for now, item in zip(inside, items, strict=True)):
            return value
        is_ours = str(value.get("apiVersion")).startswith(f"{GROUP}/")
        head = {"apiVersion": "v1", "kind": "List"} if is_ours else {}
        kept = items if head else value["items"]
        new = [
            old if now is item else now for now, item, old in zip(inside, items, kept, strict=True)
        ]
        return {**value, **head, "items": new}

    def _object(self, found: WrittenObject) -> Any:
        value, kind = found.value, found.value["kind"]
        name, carried = _key(value)[1], carried_over(value)
        new = self._places_of(value, len(carried.specs))
        objects = [_placed(value, *each) for each in zip(carried.specs, new, strict=False)]
        refused = carried.refused or tuple(self._complaints(objects, carried.needs))
        if not objects and not refused:
            refused = (_no_room(len(carried.specs)) if name else _NO_NAME,)
        title, tier = f"{kind} {visible(name)}", tier_of(value)
        told = carried.remarks, carried.needs, refused
        new = () if refused else new
        self.policies.append(ConvertedPolicy(title, _place(found), kind, tier, new, *told))
        if refused:
            return value
        return objects[0] if len(objects) == 1 else Instead(objects)

    def _complaints(self, objects: list[dict[str, Any]], needs: tuple[str, ...]) -> Iterator[str]:
        """Yield what a server refuses in new objects: v1beta1 is stricter in some fields."""
        if needs and self.channel is Channel.STANDARD:
            yield (
                f"only the experimental channel has {' and '.join(needs)}; the definition of "
                f"{KIND} among the manifests is that of the standard one"
            )
            return
        for each in map(plain, objects):
            found = stored(each, self.channel)
            for problem in (*found.unknown, *found.refused):
                yield f"{format_path(problem.path)}: {problem.message or problem.reason.words}"

    def _places_of(self, value: dict[str, Any], number: int) -> tuple[NewPlace, ...]:
        kind, name = _key(value)
        if kind == KIND:
            return (NewPlace(name, int(value["spec"]["priority"])),)
        return self.places.get((kind, name), ())[:number]


def _placed(value: dict[str, Any], spec: dict[str, Any], place: NewPlace) -> dict[str, Any]:
    if value["kind"] == KIND:
        return with_spec(value, spec, place.name)
    tier, *rest = spec.items()
    if spec.get("priority") != place.priority:
        rest = [each for each in rest if each[0] != "priority"]
        return with_spec(value, dict([tier, ("priority", place.priority), *rest]), place.name)
    return with_spec(value, spec, place.name)


_NO_NAME = "the server makes its name, by generateName: give it one first"


def _no_room(number: int) -> str:
    return (
        f"more than {MOST} rules become {number} objects, which want {number} priorities in a row: "
        "other policies of its tier stand too close. Give those other priorities first"
    )


def _place(found: WrittenObject) -> Place | None:
    if len(found.document.text) > MAX_FINDABLE:
        return None
    return found.place("metadata.name") or found.place("kind")


# ---------------------------------------------------------------- texts


def _start(whole: str, lines: int, held: str, after: int) -> int:
    """Return where the text of a document, below some lines, begins in that of its file."""
    place = 0
    for _ in range(lines):
        place = whole.index("\n", place) + 1
    return whole.index(held, max(place, after))


def _as_json(value: Any, text: str) -> str:
    """Return JSON that is indented as a text is, if that has several lines."""
    first = text.partition("\n")[2]
    indent = len(first) - len(first.lstrip(" ")) if "\n" in text else None
    return json.dumps(value, indent=indent or None, ensure_ascii=False)
