"""What objects, namespaces, ports and labels may be called, in the API server's words (VAL rows).

The server counts bytes throughout, although it calls some of them characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.rules.server_words import Problem, invalid
from netpol_lab.manifests.text.go_text import size
from netpol_lab.manifests.text.yaml_reader import quoted


class NameForm(NamedTuple):
    """What a text must look like: its most bytes, its pattern, and the server's words for both."""

    most: int
    pattern: str
    said: str
    examples: tuple[str, ...]
    unit: str = "characters"

    def faults(self, text: str) -> Iterator[str]:
        """Yield what is wrong with a text."""
        if size(text) > self.most:
            yield f"must be no more than {self.most} {self.unit}"
        if not self.fits(text):
            yield self.words

    def fits(self, text: str) -> bool:
        """Say whether a text of any length is made as it has to be."""
        return bool(re.fullmatch(self.pattern, text))

    @property
    def words(self) -> str:
        """What the server says about a text that is not made like this."""
        examples = " or ".join(f"'{example}', " for example in self.examples)
        return f"{self.said} (e.g. {examples}regex used for validation is '{self.pattern}')"


_PART = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_ENDS = "and must start and end with an alphanumeric character"
SUBDOMAIN = NameForm(
    253,
    rf"{_PART}(\.{_PART})*",
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    f"'.', {_ENDS}",
    ("example.com",),
)
DNS_LABEL = NameForm(
    63,
    _PART,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    f"{_ENDS}",
    ("my-name", "123-abc"),
)
_NAME = NameForm(
    63,
    "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]",
    f"must consist of alphanumeric characters, '-', '_' or '.', {_ENDS}",
    ("MyName", "my.name", "123-abc"),
    "bytes",
)
_VALUE = NameForm(
    63,
    f"({_NAME.pattern})?",
    f"a valid label must be an empty string or {_NAME.said.removeprefix('must ')}",
    ("MyValue", "my_value", "12345"),
    "bytes",
)
MOST_OF_A_PORT = 15


def name_faults(form: NameForm, name: str) -> Iterator[str]:
    """Yield why an object cannot have a name of some form."""
    faults = form.faults(name)
    if form is DNS_LABEL and SUBDOMAIN.fits(name):
        faults = ("must not contain dots" if said == form.words else said for said in faults)
    return faults


def check_labels(labels: Mapping[str, str] | None, path: Path) -> Iterator[Problem]:
    """Yield what is wrong with labels (VAL-07, VAL-32, VAL-33)."""
    for key, value in (labels or {}).items():
        yield from check_key(key, path)
        yield from check_value(value, path, key if path[-1:] == ("matchLabels",) else "")


def check_key(key: str, path: Path, rule: str | None = None) -> Iterator[Problem]:
    """Yield why a text cannot be the key of a label; `rule` is the text to judge in its place."""
    hint = key_hint(key)
    return (invalid(path, key, fault, hint) for fault in key_faults(key if rule is None else rule))


def check_value(value: str, path: Path, key: str = "") -> Iterator[Problem]:
    """Yield why a text cannot be the value of a label; `key` is its key in a selector."""
    return (invalid(path, value, fault, value_hint(value, key)) for fault in _VALUE.faults(value))


def key_faults(key: str) -> Iterator[str]:
    """Yield why a text is no qualified name: the key of a label, or a finalizer.

    Examples
    --------
    >>> [*key_faults("/tier")], [*key_faults("example.com/tier")]
    (['prefix part must be non-empty'], [])
    """
    prefix, slash, name = key.rpartition("/")
    if "/" in prefix:
        yield (
            f"a valid label key {_NAME.words} with an optional DNS subdomain prefix and '/' "
            "(e.g. 'example.com/MyName')"
        )
        return
    if prefix:
        in_bytes = SUBDOMAIN._replace(unit="bytes")
        yield from (f"prefix part {fault}" for fault in in_bytes.faults(prefix))
    elif slash:
        yield "prefix part must be non-empty"
    if not name:
        yield "name part must be non-empty"
    yield from (f"name part {fault}" for fault in _NAME.faults(name))


def check_port_name(name: str, path: Path) -> Iterator[Problem]:
    """Yield why a text cannot be the name of a port, one problem per broken rule (VAL-19)."""
    broken = (
        (size(name) > MOST_OF_A_PORT, f"must be no more than {MOST_OF_A_PORT} characters"),
        (not re.fullmatch(r"[-a-z0-9]+", name),
         "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"),
        (not re.search(r"[a-z]", name), "must contain at least one letter (a-z)"),
        ("--" in name, "must not contain consecutive hyphens"),
        (name[:1] == "-" or name[-1:] == "-", "must not begin or end with a hyphen"),
    )  # fmt: skip
    hint = _port_hint(name) if any(is_broken for is_broken, _ in broken) else ""
    return (invalid(path, name, text, hint) for is_broken, text in broken if is_broken)


# ---------------------------------------------------------------- what to type instead


def name_hint(form: NameForm, name: str) -> str:
    """Return a name of some form that is like a text which is none.

    Examples
    --------
    >>> name_hint(SUBDOMAIN, "My_App"), name_hint(DNS_LABEL, "---")
    ('write my-app', 'such as my-name: lower-case letters, digits and dashes')
    """
    if size(name) > form.most and form.fits(name):
        return f"shorten it to {form.most} characters"
    spare = r"[^a-z0-9.]+" if form is SUBDOMAIN else r"[^a-z0-9]+"
    likely = re.sub(spare, "-", name[: form.most].lower()).strip("-.")
    if likely and not any(name_faults(form, likely)):
        return f"write {quoted(likely)}"
    return "such as my-name: lower-case letters, digits and dashes"


def key_hint(key: str) -> str:
    """Return a key that is like a text which is none.

    Examples
    --------
    >>> key_hint("my app"), key_hint("app=web")
    ('write my-app', 'write app: web')
    """
    pair = re.fullmatch(r"([^=:\s]+)\s*(?:==?|:)\s*([^=:\s]+)", key)
    if pair and _is_key(pair[1]) and _VALUE.fits(pair[2]):
        return f"write {quoted(pair[1], as_key=True)}: {quoted(pair[2])}"
    prefix, slash, name = key.rpartition("/")
    likely = _likely(name)
    if slash and prefix:
        likely = f"{re.sub(r'[^a-z0-9.]+', '-', prefix.lower()).strip('-.')}/{likely}"
    if likely != key and _is_key(likely):
        return f"write {quoted(likely, as_key=True)}"
    return "such as app or example.com/role: a key has at most 63 characters, its prefix 253"


def _is_key(text: str) -> bool:
    return not any(key_faults(text))


def value_hint(value: str, key: str = "") -> str:
    """Return a value that is like a text which no label can have, or a way to say it otherwise.

    Parameters
    ----------
    value : str
    key : str
        Its key in a selector, where matchExpressions may say what was meant.

    Examples
    --------
    >>> value_hint("my app"), value_hint("web,api", "app")
    ('no label can have this value: write my-app', 'for one of several values write \
matchExpressions: [{key: app, operator: In, values: [web, api]}]')
    """
    several = [part.strip() for part in re.split(r"[,|]", value)]
    if len(several) > 1 and all(part and not any(_VALUE.faults(part)) for part in several):
        if not key:
            return f"a label has one value, and each value of a list stands by itself: {several[0]}"
        return f"for one of several values write {_expression(key, 'In', several)}"
    if key and value in ("*", ".*"):
        return f"for any value write {_expression(key, 'Exists', [])}"
    if key and value[:1] == "!" and value[1:] and _VALUE.fits(value[1:]):
        return f"for any other value write {_expression(key, 'NotIn', [value[1:]])}"
    if "*" in value:
        return "labels are compared as a whole, and * is no pattern: spell the value out"
    likely = _likely(value)
    if likely and likely != value and _VALUE.fits(likely):
        return f"no label can have this value: write {quoted(likely)}"
    return "a label's value has at most 63 letters, digits, dashes, dots and underscores"


def _expression(key: str, operator: str, values: list[str]) -> str:
    listed = f", values: [{', '.join(map(quoted, values))}]" if values else ""
    return f"matchExpressions: [{{key: {quoted(key)}, operator: {operator}{listed}}}]"


def _likely(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.]+", "-", text)[: _NAME.most].strip("-_.")


def _port_hint(name: str) -> str:
    likely = re.sub(r"[^a-z0-9]+", "-", name.lower())[:MOST_OF_A_PORT].strip("-")
    if likely != name and re.search("[a-z]", likely):
        return f"a port of a pod has a name such as {quoted(likely)}"
    return "such as http: at most 15 lower-case letters, digits and dashes, and a letter among them"
