"""How small texts are rewritten: each change of each part, and what becomes of the comments.

The table is `complaints/rewritings.txt`. After a change, write it anew by
`python -m tests.manifests.test_table_of_rewritings`, and read what has changed before you commit.
"""

from collections.abc import Iterator
from typing import Any

from netpol_lab.manifests.field_paths import format_path
from netpol_lab.manifests.rewriting import Instead, plain, rewritten
from netpol_lab.manifests.text.yaml_reader import documents
from tests.helpers.places import ROOT
from tests.helpers.tables import lines_of, write_lines

TABLE = ROOT / "tests" / "manifests" / "complaints" / "rewritings.txt"
TEXTS = [
    "# top\na: 1  # one\n# above b\nb:\n  c: x # of c\n  # in between\n"
    "  d: [1, 2]  # of d\n# end\n",
    "a: {b: 1, c: [x, {d: e}]}  # all\nf: 'g'\n",
    "a:\n- b: 1  # first\n  c: 2\n\n- d  # second\n-\n  - e: {f: g}\n",
    'a: "x"  # quoted\nb: |\n  text\n  # no comment\nc: >-\n  more\nd: &x {e: f}\ng: *x\n',
    "# only\n- 1\n- {a: b}  # map\n- [c]\n",
    "{a: [1, 2], b: {c: d}, e: }  # in braces\n",
    "spec:\n    rules:\n      # the first\n      - from: [a]   # whom\n"
    "        to:\n        - b\n    last:\n",
]
SCALARS = [5, "two words", "y\u00e9s", "yes", 1.5, True]


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """All places in a value."""
    yield path
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(part, (*path, key))


def changed(whole: Any, path: tuple, change: Any) -> Any:
    """A value in which a part is changed, and all else is the same object."""
    if not path:
        return change(whole)
    copy = whole.copy()
    copy[path[0]] = changed(whole[path[0]], path[1:], change)
    return copy


def changes(part: Any) -> Iterator[tuple[str, Any]]:
    """Changes of one part, by what they are called."""
    if not isinstance(part, dict | list):
        yield from ((f"is {new!r}", lambda _, new=new: new) for new in SCALARS if new != part)
    yield "is a map", lambda _: {"k": {"l": "m"}, "n": []}
    yield "is a list", lambda _: ["k", {"l": "m"}]
    if isinstance(part, dict):
        first, *others = part
        yield "has more in front", lambda old: {"new": 1, "more": {"x": "y"}, **old}
        yield "loses one", lambda old: {key: old[key] for key in others}
        yield "loses the last", lambda old: dict([*old.items()][:-1])
        yield "one is renamed", lambda old: {"new": old[first], **{key: old[key] for key in others}}
        yield (
            "one is renamed and changed",
            lambda old: {"new": {"x": 1}, **dict([*old.items()][1:])},
        )
        yield "two are other ones", lambda old: {"new": 1, "more": 2, **dict([*old.items()][2:])}
        yield "all are changed", lambda old: dict.fromkeys(old, "z")
    if isinstance(part, list):
        yield "has one more", lambda old: [*old, "new"]
        yield "is emptied", lambda old: []
        yield "two stand for one", lambda old: [Instead([{"x": 1}, "y"]), *old[1:]]
        yield "none stands for one", lambda old: [*old[:-1], Instead()]


def table() -> Iterator[str]:
    """What becomes of each text by each change; it says what it is to say."""
    for text in TEXTS:
        yield repr(text)
        ((document,), _) = documents(text, "")
        for path in places(document.value):
            part = document.value
            for step in path:
                part = part[step]
            for name, change in changes(part):
                new = changed(document.value, path, change)
                found = rewritten(text, document.value, new)
                ((after,), _) = documents(found.text, "")
                assert after.value == plain(new)
                lost = f"  lost {' '.join(found.lost)}" if found.lost else ""
                yield f"  {format_path(path)} {name}: {found.text!r}{lost}"


def test_only_what_has_to_is_written_anew():
    assert [*table()] == lines_of(TABLE)


if __name__ == "__main__":
    write_lines(TABLE, table())
