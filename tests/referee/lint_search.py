"""Look for lint findings that are not true: each witness, and each hint as somebody follows it.

A witness is asked of the package and of the referee. A hint is followed in the manifests, which are
written as text and loaded again: what it promises has to hold there.
"""

from collections import Counter
from itertools import islice

import yaml

import netpol_lab as lab
from netpol_lab.reach.diff import diff
from tests.referee import naive
from tests.referee.followed_hints import Edit, changes
from tests.referee.linted_clusters import linted_cluster

Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def load(documents):
    """Documents as text, read as a server reads them that drops what it does not know."""
    return lab.load(yaml.dump_all(documents, Dumper=Dumper, sort_keys=False), strict=False)


def first_untruth(seeds, follow=None, seen=None):
    """The first finding that is not true, in words; None where all are.

    `follow` is how many findings of a code have their hints followed, all by default. What was
    seen is counted by code in `seen`.
    """
    seen = Counter() if seen is None else seen
    for seed in seeds:
        documents = linted_cluster(seed)
        cluster, referee = load(documents), naive.Cluster(documents)
        for finding in lab.lint(cluster):
            if fault := false_witness(cluster, referee, finding):
                return told(seed, finding, fault, documents)
            if follow is not None and seen[finding.code] >= follow:
                continue
            for change in changes(documents, finding):
                seen[finding.code] += 1
                if fault := broken_promise(cluster, documents, finding, change):
                    return told(seed, finding, fault, documents, change.documents)
    return None


def told(seed, finding, fault, *texts):
    written = (yaml.safe_dump_all(documents, sort_keys=False) for documents in texts)
    return "\n\n".join([f"seed {seed}: {fault}", str(finding), *written])


def false_witness(cluster, referee, finding):
    """What is not as the witness of a finding says, on the cluster as it is."""
    witness = finding.witness
    if witness is None:
        return ""
    variant = lab.evaluate(witness.variant, *flow(witness)).allowed
    if variant is not witness.then:
        return f"the variant says {variant}"
    return differs(cluster, referee, witness, witness.now)


def flow(witness):
    return witness.source, witness.destination, witness.port, witness.protocol


def differs(cluster, referee, witness, expected):
    """Which of the package and the referee says anything else than expected."""
    found = lab.evaluate(cluster, *flow(witness)).allowed
    if found is not expected:
        return f"the package says {found}, not {expected}"
    second = referee.allowed(*flow(witness))
    return "" if second is expected else f"the referee says {second}, not {expected}"


def broken_promise(cluster, documents, finding, change):
    """What a hint says that does not hold for the manifests of somebody who follows it."""
    try:
        changed = load(change.documents)
    except lab.ManifestError as error:
        return f"refused: {error}"
    left = (found for found in lab.lint(changed) if found.code == finding.code)
    if change.gone and any(is_same_part(documents, finding, change.documents, f) for f in left):
        return "the finding is still there"
    if change.keeps and (found := diff(cluster, changed)).changes:
        return f"not the same: {next(islice(found.changes, 1))}"
    if change.proves and finding.witness:
        referee = naive.Cluster(change.documents)
        return differs(changed, referee, finding.witness, finding.witness.then)
    return ""


def is_same_part(documents, finding, changed, found):
    """Whether a finding in changed manifests is about the part of one before, not one beside it."""
    before, after = Edit(documents, finding), Edit(changed, found)
    if finding.about != found.about or before.path[:2] != after.path[:2]:
        return False
    if before.path[3:4] != after.path[3:4]:
        return False
    for length in (3, 5):
        if len(before.path) >= length and len(after.path) >= length:
            beside = [*before.at(length - 1)]
            del beside[before.path[length - 1]]
            if after.at(length) in beside:
                return False
    return True
