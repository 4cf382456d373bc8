"""The changes of a fix, typed into the text of the manifests as they are printed.

Nothing is put right on the way: what is added must fit where it goes, key for key.
"""

import re

import yaml

from netpol_lab.manifests.writer import as_yaml
from tests.referee.random_parts import namespace_of

HERE = "TYPE-IT-HERE"
WIDE = "policy.networking.k8s.io/"
NEW_NAMESPACE = {"apiVersion": "v1", "kind": "Namespace"}


def typed(text, edit):
    """The text of some manifests after one edit."""
    if not edit.path:
        return f"{text}---\n{edit.yaml}\n"
    documents = [document for document in yaml.safe_load_all(text) if document]
    mark(target(documents, edit.object), steps(edit.path), edit)
    return written(as_text(documents), edit)


def as_text(documents):
    """Documents as YAML that kubectl reads as they are meant: `y` stands in quotes."""
    return as_yaml(*documents) + "\n"


def target(documents, wanted):
    """The object that an edit names; of several of one name the last stands."""
    kind, _, name = wanted.partition(" ")
    found = [one for one in documents if one["kind"] == kind and name in names_of(one)]
    if not found and kind == "Namespace":  # the manifests need not write it down
        found = [NEW_NAMESPACE | {"metadata": {"name": name}}]
        documents.append(found[0])
    return found[-1]


def names_of(document):
    name = document["metadata"]["name"]
    bare = document["kind"] == "Namespace" or document["apiVersion"].startswith(WIDE)
    return [name] if bare else [f"{namespace_of(document)}/{name}"]


def steps(path):
    return [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path)]


def mark(document, path, edit):
    """Put a mark where the lines of an edit go."""
    *above, last = path
    for step in above:
        document = document[step] if isinstance(step, int) else document.setdefault(step, {})
    if not edit.adds:
        document[last] = HERE
    elif edit.before:
        document[last].insert(edit.before - 1, HERE)
    elif isinstance(document[last], list):
        document[last].append(HERE)
    else:
        assert not document[last].keys() & yaml.safe_load(edit.yaml).keys()
        document[last][HERE] = None


def written(text, edit):
    """The text with the lines of an edit in the place of the mark."""
    (line,) = (line for line in text.splitlines() if HERE in line)
    before, column = line.partition(HERE)[0], len(line) - len(line.lstrip(" "))
    if edit.adds:
        lines = [" " * column + one for one in edit.yaml.splitlines()]
    else:
        inside = column + 2 * (line.lstrip().count("- ") + 1)
        value = [" " * inside + one for one in edit.yaml.splitlines()]
        lines = [before.rstrip(), *value] if before.strip() else value
    return text.replace(line, "\n".join(lines))
