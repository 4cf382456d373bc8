"""JSON values and, made at once, random YAML that means them: what kubectl's reader must give.

Shares nothing with the reader. A spelling knows the value and the place of all that it writes,
since it decides how something is written when it decides what. Numbers, keys, merges, anchors and
tags are those of go-yaml (VAL-11), and documents end where kubectl ends them (VAL-41).
"""

import io
import json
import random
import re
import time
from dataclasses import dataclass, field

from netpol_lab.manifests.text.yaml_reader import documents
from tests.helpers.broken_texts import SLOWEST, broken
from tests.referee import scalar_spellings as scalars

ANCHORS = ("a", "b", "c-1")
TAGS = ("!shop", "!!map", "!!seq", "!!str", "!!python/object:x", "!<tag:a,2026:b>", "!")
COMMENTS = ("# c", "#", "# a: b", "# '", "# é {{ [", "# ---")
BEHIND = ("b: 2\n", "[\n", '"\n', "a: 1\n...\n", "%YAML\n")  # what may stand behind an end

EMPTY = re.compile(r"(?:\s|#[^\r\n]*|---|\ufeff)*")  # a document of kubectl's that holds nothing


@dataclass
class Written:
    """A value, where it stands from line and column 1, and what is in it."""

    value: object
    place: tuple = (0, 0)
    parts: object = None  # of a mapping or a list
    keys: dict = field(default_factory=dict)  # the places of the keys of a mapping
    repeats: list = field(default_factory=list)  # paths of keys that are written again


class Speller:
    """Writes one document."""

    def __init__(self, dice):
        self.dice = dice
        self.text, self.line, self.column = "", 1, 1
        self.anchors = {}  # the last value of each name
        self.kinds = scalars.key_kinds(dice)
        self.budget = 40  # how much is still to be written
        self.is_block_open = False  # whether a blank line would belong to a text

    def chance(self, likelihood):
        return self.dice.random() < likelihood

    def put(self, text):
        *above, last = text.split("\n")
        self.text += text
        self.line += len(above)
        self.column = len(last) + (1 if above else self.column)
        self.is_block_open = False

    @property
    def place(self):
        return self.line, self.column

    def document(self):
        """Write the document; most are mappings."""
        self.lines_of_nothing(0)
        if self.chance(0.2):
            made = self.node(-1, flow=self.chance(0.5))
        else:
            made = self.mapping(0, "", flow=self.chance(0.15), here=True)
        if may_be_json(self.text):  # where a comment that is too short is refused
            self.put("\n")
        self.end_line()
        return made

    # ------------------------------------------------------------ nodes

    def node(self, indent, flow, in_list=False):
        """Write a value behind a colon, a dash or a bracket; `indent` is that of its parent."""
        self.budget -= 1
        if self.anchors and self.chance(0.2):
            return self.alias()
        if self.budget < 0 or indent > 12 or self.chance(0.55):
            return self.scalar(indent, flow)
        start, (properties, name) = self.place, self.properties()
        flow = flow or self.chance(0.35)
        make = self.dice.choice((self.mapping, self.sequence))
        here = in_list and not properties and self.chance(0.6)  # as in "- a: 1"
        beside = make == self.sequence and indent >= 0 and not in_list  # as in "a:\n- 1"
        deeper = indent + self.dice.randint(0 if beside else 1, 3)
        made = make(self.column - 1 if here else deeper, properties, flow, here)
        if properties:
            made.place = start
        return self.named(name, made)

    def properties(self):
        """Choose a tag, an anchor, both or neither."""
        name = self.dice.choice(ANCHORS) if self.chance(0.3) else ""
        both = [f"&{name}"] if name else []
        if self.chance(0.15):
            both.insert(self.dice.randint(0, len(both)), self.dice.choice(TAGS))
        self.anchors.pop(name, None)  # it cannot be named before it is complete
        return " ".join(both), name

    def named(self, name, made):
        """Give a node its name, unless that was given again within it."""
        if name:
            self.anchors.setdefault(name, made)
        return made

    def alias(self):
        name = self.dice.choice(sorted(self.anchors))
        self.put(f"*{name} ")
        found = self.anchors[name]
        return Written(found.value, found.place, found.parts, found.keys)

    def mapping(self, indent, properties, flow, here=False):
        """Write a mapping."""
        made = Written({}, parts={})
        self.open("{", made, properties, flow, here)
        for number in range(self.dice.randint(0 if flow else 1, 4)):
            self.go_to_part(number, made, indent, flow, here)
            if not self.chance(0.15) or not self.merge(made):
                self.entry(made, indent, flow)
        self.close("}", flow)
        return made

    def entry(self, made, indent, flow):
        """Write a key and its value; of those that are written again the last counts."""
        key = self.dice.choice(sorted(self.kinds))
        spelt, (line, column) = self.dice.choice(self.kinds[key]), self.place
        is_asked = not flow and self.chance(0.1)
        self.put(f"? {spelt}\n{' ' * indent}: " if is_asked else f"{spelt}: ")
        part = self.node(indent, flow)
        made.repeats += [(key,)] if key in made.keys and made.keys[key][1] else []
        made.repeats += [(key, *path) for path in part.repeats]
        place = line, column + 2 * is_asked
        made.value[key], made.parts[key], made.keys[key] = part.value, part, (place, True)

    def merge(self, made):
        """Write a merge of mappings that have anchors: it replaces what is written before it."""
        known = sorted(name for name, each in self.anchors.items() if isinstance(each.parts, dict))
        if not known:
            return False
        names = [self.dice.choice(known) for _ in range(self.dice.randint(1, 2))]
        aliases = ", ".join(f"*{name} " for name in names)
        listed = f"[{aliases}]" if len(names) > 1 or self.chance(0.3) else aliases
        self.put(f"{self.dice.choice(('<<', '! <<', '!!merge <<'))}: {listed}")
        for base in (self.anchors[name] for name in reversed(names)):  # the first counts most
            for key, part in base.parts.items():
                is_written = key in made.keys and made.keys[key][1]
                made.value[key], made.parts[key] = part.value, part
                made.keys[key] = base.keys[key][0], is_written
        return True

    def sequence(self, indent, properties, flow, here=False):
        """Write a list."""
        made = Written([], parts=[])
        self.open("[", made, properties, flow, here)
        for number in range(self.dice.randint(0 if flow else 1, 4)):
            self.go_to_part(number, made, indent, flow, here)
            self.put("" if flow else "- ")
            part = self.node(indent, flow, in_list=not flow)
            made.repeats += [(number, *path) for path in part.repeats]
            made.value.append(part.value)
            made.parts.append(part)
        self.close("]", flow)
        return made

    # ------------------------------------------------------------ what is around them

    def open(self, bracket, made, properties, flow, here):
        self.put(f"{properties} " if properties else "")
        if flow:
            made.place = self.place
            self.put(bracket)
        elif not here:
            self.end_line()

    def go_to_part(self, number, made, indent, flow, here):
        """Go to where the next part of a collection stands."""
        if flow:
            breaks = ("", " ", f"\n{' ' * (indent + 1)}", f" # c\n{' ' * (indent + 1)}")
            self.put(("," if number else "") + self.dice.choice(breaks))
            return
        if number:
            self.end_line()
        if number or not here:
            self.lines_of_nothing(indent)
            self.put(" " * indent)
        if not number:
            made.place = self.place

    def close(self, bracket, flow):
        if flow:
            self.put(self.dice.choice(("", " ")) + bracket)

    def end_line(self):
        if self.column > 1:
            space = "" if self.text.endswith(" ") else " "
            self.put((space + self.dice.choice(COMMENTS) if self.chance(0.15) else "") + "\n")

    def lines_of_nothing(self, indent):
        while not self.is_block_open and self.chance(0.1):
            spaces = " " * self.dice.randint(0, indent + 2)
            self.put(f"{spaces}{self.dice.choice((*COMMENTS, ''))}\n")

    # ------------------------------------------------------------ scalars

    def scalar(self, indent, flow):
        """Write a scalar; null may be left out in blocks."""
        place, name = self.place, self.dice.choice(ANCHORS) if self.chance(0.1) else ""
        self.put(f"&{name} " if name else "")
        self.anchors.pop(name, None)
        match self.dice.randrange(7):
            case 0:
                value, spelt = scalars.truth(self.dice)
            case 1:
                value, spelt = scalars.number(self.dice)
            case 2:
                is_written = flow or indent < 0
                left_out = () if is_written else ("",)
                value, spelt = None, self.dice.choice((*left_out, *scalars.NULLS))
                if not spelt and not name:  # it stands behind the dash or colon
                    place = self.line, self.column - 1
            case 3:
                value, spelt = scalars.plain(self.dice, flow)
            case _:
                value, spelt = scalars.text(self.dice, indent, flow)
        self.put(spelt)
        self.is_block_open = spelt.endswith("\n")
        return self.named(name, Written(value, place))


@dataclass
class Spelling:
    """A text, what its documents are, and how many lines are above each."""

    text: str = ""
    written: list = field(default_factory=list)
    dropped: list = field(default_factory=list)  # whether kubectl drops what stands behind each


def spelling(seed):
    """A random text of a few documents."""
    dice = random.Random(seed)
    made = Spelling(
        dice.choice(("", "", "", "\ufeff", "# c\n---\n", "---\n", "\ufeff---\n", "---\n---\n"))
    )
    count = dice.choice((1, 1, 2, 3))
    for number in range(count):
        speller = Speller(dice)
        found = speller.document()
        if number:
            made.text += separator(made.text, dice)
        made.written.append((made.text.count("\n"), found))
        made.text += speller.text
        ends = dice.random() < 0.2 and not may_be_json(made.text)
        rest = dice.choice(("", "# c\n", "...\n", dice.choice(BEHIND))) if ends else None
        made.text += f"...{dice.choice(('', ' # c'))}\n{rest}" if rest is not None else ""
        made.dropped.append(rest in BEHIND)
    is_yaml = not may_be_json(made.text)
    if dice.random() < 0.2 and is_yaml and not made.text.endswith("\n\n"):
        made.text = made.text[:-1]
    ends = ["\r"] if count == 1 and is_yaml and "---\n" not in made.text else []
    made.text = made.text.replace("\n", dice.choice(("\n", "\n", "\r\n", *ends)))
    return made


def separator(above, dice):
    """A line between two documents; behind JSON it is a line of the second one."""
    lines = ["---\n", "--- # c\n", "---\t\n", "--- \n---\n"]
    others = [] if may_be_json(above) else ["---#c\n", "---\n\ufeff", "---\n# c\n---\n"]
    return dice.choice([*lines, *others])


def may_be_json(text):
    """Whether kubectl tries JSON first, behind which dashes belong to the next document."""
    return text.lstrip().startswith("{")


def misreading(made):
    """What the reader makes of a spelling that is wrong, in words; nothing if all is right."""
    found, complaints = documents(made.text, "spelling.yaml")
    if complaints:
        return f"is refused: {complaints[0]}"
    found = [each for each in found if not EMPTY.fullmatch(each.text)]
    if len(found) != len(made.written):
        return f"{len(found)} documents, not {len(made.written)}"
    lines = re.split("\r\n|[\r\n]", made.text)
    for document, (line, written), dropped in zip(found, made.written, made.dropped, strict=True):
        if shown(document.value) != shown(written.value):
            return f"reads\n{shown(document.value)}\nnot\n{shown(written.value)}"
        if bool(document.dropped) != dropped:
            return f"says that something is dropped: {bool(document.dropped)}"
        repeats = sorted(map(str, document.duplicates()))
        if repeats != sorted(map(str, written.repeats)):
            return f"finds the repeated keys {repeats}, not {written.repeats}"
        if words := misplaced(document, written, line, lines):
            return words
    return ""


def shown(value):
    return json.dumps(value, sort_keys=True)


def misplaced(document, written, above, lines, path=()):
    """Where the reader says that something stands which stands elsewhere, in words."""
    line, column = above + written.place[0], written.place[1]
    if written.value is None:  # null that is left out stands at the colon, if nothing is behind it
        column = min(column, len(lines[line - 1].removeprefix("\ufeff").rstrip()))
    found = document.locate(path)[:2]
    if found != (line, column):
        return f"{path} is said to stand at {found}, and stands at {(line, column)}"
    parts = (
        written.parts if isinstance(written.parts, dict) else dict(enumerate(written.parts or ()))
    )
    for step, part in parts.items():
        if step in written.keys:
            (line, column), _ = written.keys[step]
            if document.find((*path, step)) != (above + line, column):
                return f"the key {(*path, step)} is said to stand at {document.find((*path, step))}"
        if words := misplaced(document, part, above, lines, (*path, step)):
            return words
    return ""


def first_misreading(number, seed):
    """The first of some spellings that is read wrongly, or breaks the reader when it is broken."""
    for each in range(seed, seed + number):
        made = spelling(each)
        if words := misreading(made):
            return made.text, words
        text, start = broken(made.text, random.Random(each)), time.perf_counter()
        try:
            good, bad = documents(text, "broken.yaml")
            print(*bad, *(each.duplicates() for each in good), file=io.StringIO())
        except Exception as error:
            return text, f"{type(error).__name__}: {error}"
        if time.perf_counter() - start > SLOWEST:
            return text, f"took {time.perf_counter() - start:.1f} s"
    return None
