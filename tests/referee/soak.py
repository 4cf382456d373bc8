"""Compare the package with the referee on fresh random clusters, for as long as you like.

    python -m tests.referee.soak 10000               10000 clusters from a new random seed
    python -m tests.referee.soak 10000 --seed 123    the same clusters again
    python -m tests.referee.soak 0 --texts 100000    100000 broken manifests, and no cluster
    python -m tests.referee.soak 0 --spellings 9999  9999 spellings of known values in YAML
    python -m tests.referee.soak 0 --lint 9999       lint, and its hints as people follow them
    python -m tests.referee.soak 0 --fixes 2000      2000 fixes, typed into the text
    python -m tests.referee.soak 0 --tiers 5000      clusters with cluster-wide policies

Stops at the first difference with exit status 1, and prints it as a case for tests/cases/. Then
reads as many broken manifests, of which each must be taken or complained about within 2 s, and as
many spellings, whose values and places must come out right; and lints as many clusters, in which
every witness must be true, and every hint must lead where it says; and types a tenth as many fixes,
which must do what they say.
"""

import argparse
import json
import random
import sys
from typing import NamedTuple

import yaml

import netpol_lab as lab
from tests.helpers.broken_texts import first_surprise
from tests.referee import naive
from tests.referee.lint_search import first_untruth
from tests.referee.naive_services import stays_on_node
from tests.referee.random_clusters import random_cluster, random_flows, random_ranges
from tests.referee.random_services import service_flows
from tests.referee.random_tiers import mixed_cluster
from tests.referee.typed_fixes import wrong_fix_of
from tests.referee.yaml_spellings import first_misreading

FLOWS = 30  # per cluster
SERVICE_FLOWS = 15


class Difference(NamedTuple):
    """One flow on which the package and the referee disagree."""

    documents: list
    ranges: tuple  # of unknown addresses of pods, and of nodes
    flow: tuple
    expected: bool | None
    found: object  # what the package allows, or the name of the error it raised
    words: str

    def again(self, documents):
        """The same disagreement in other documents, or None."""
        try:
            found = first_difference(documents, [self.flow], self.ranges)
        except (AttributeError, LookupError, TypeError, ValueError):  # the referee misses something
            return None
        return found if found and found[3:5] == self[3:5] else None

    def __str__(self):
        """A case file as the referee would have it, and what the package says instead."""
        source, destination, port, protocol = self.flow
        flow = {"from": source, "to": destination, "port": port, "protocol": protocol}
        expect = {key: value for key, value in flow.items() if value is not None}
        manifests = yaml.safe_dump_all(self.documents, sort_keys=False)
        case = {
            "name": "found-by-chance",
            "about": "ONE SENTENCE",
            "semantics": [],
            "source": "tests/referee/soak.py",
            "manifests": Literal(manifests),
            "expect": [expect | {"allowed": self.expected}],
        }
        text = yaml.dump(case, Dumper=CaseDumper, sort_keys=False, width=100)
        said = f"the referee says {self.expected}, the package {self.found}"
        where = "--pod-cidr {} --node-cidr {}".format(*self.ranges)
        return f"{said}, with {where}:\n\n{text}\n{self.words}"


def first_difference(documents, flows, ranges=((), ())):
    """The first flow on which the two disagree, or None."""
    referee = naive.Cluster(documents, *ranges)
    assumptions = lab.Assumptions(pod_cidrs=ranges[0], node_cidrs=ranges[1])
    try:
        cluster = lab.load(as_text(documents), channel="experimental")
    except Exception as error:
        words = f"{type(error).__name__}: {error}"
        expected = referee.allowed(*flows[0])
        return Difference(documents, ranges, flows[0], expected, "refused", words)
    for flow in flows:
        expected = referee.allowed(*flow)
        found, words = verdict_of(cluster, *flow, assumptions)
        if found != expected:
            return Difference(documents, ranges, flow, expected, found, words)
    return None


def all_flows(documents, seed):
    """Flows between any two ends, and flows to Services."""
    to_services = service_flows(documents, seed, SERVICE_FLOWS)
    return [*random_flows(documents, seed, FLOWS), *to_services]


def service_in_reach(documents, flows, ranges):
    """The first flow to a Service of which reachability says what a verdict does not, or None."""
    if not flows:
        return None
    referee, cluster = (
        naive.Cluster(documents, *ranges),
        lab.load(as_text(documents), channel="experimental"),
    )
    assumptions = lab.Assumptions(pod_cidrs=ranges[0], node_cidrs=ranges[1])
    reach = lab.reachability(cluster, assumptions)
    for flow in flows:
        source, destination, port, protocol = flow
        found = "FlowError" if port is None else said_by_reach(reach, *flow)
        expected = referee.allowed(*flow)
        entered = referee.routes.entered(referee.find(destination), port, protocol)
        coarse = any(outer or stays_on_node(service) for service, _, outer in entered)
        if found not in (expected, "FlowError") and not (coarse and found is None):
            words = f"reachability, {source} -> {destination} {protocol} {port}"
            return Difference(documents, ranges, flow, expected, found, words)
    return None


def said_by_reach(reach, source, destination, port, protocol):
    """What reachability says of one port; an error is an answer like any other."""
    try:
        if (protocol, port) in reach.ports(source, destination):
            return True
        return None if (protocol, port) in reach.undefined(source, destination) else False
    except Exception as error:
        return type(error).__name__


def as_text(documents):
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})


def verdict_of(cluster, source, destination, port, protocol, assumptions):
    """What the package allows and says; an error is an answer like any other."""
    try:
        verdict = lab.evaluate(cluster, source, destination, port, protocol, assumptions)
        return verdict.allowed, str(verdict)
    except Exception as error:
        return type(error).__name__, f"{type(error).__name__}: {error}"


def shrunk(difference):
    """The same disagreement in a smaller cluster: parts are left out one by one while it stays."""
    while (
        found := next(filter(None, map(difference.again, parts_left_out(difference))), None)
    ) is not None:
        difference = found
    return difference


def parts_left_out(difference):
    whole_documents = (
        difference.found == "refused"
    )  # a manifest with a part left out may be refused rightly
    return smaller(difference.documents, depth=1 if whole_documents else 99)


def smaller(value, depth):
    """Every copy of `value` with one part left out, big parts first."""
    if depth == 0 or not isinstance(value, list | dict):
        return
    rebuilt = dict if isinstance(value, dict) else lambda parts: [part for _, part in parts]
    parts = list(value.items() if isinstance(value, dict) else enumerate(value))
    for place in range(len(parts)):
        yield rebuilt(parts[:place] + parts[place + 1 :])
    for place, (key, part) in enumerate(parts):
        for less in smaller(part, depth - 1):
            yield rebuilt([*parts[:place], (key, less), *parts[place + 1 :]])


class Literal(str):
    """A text to be written as a block of lines."""


class CaseDumper(yaml.SafeDumper):
    """Writes literal blocks, and flows on one line."""


CaseDumper.add_representer(
    Literal, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
)


def soak(seeds, draw=random_cluster):
    """The first difference in the clusters of these seeds, with a count on a terminal."""
    for done, seed in enumerate(seeds):
        if sys.stderr.isatty():
            print(f"\r{done} of {len(seeds)}", end="", file=sys.stderr, flush=True)
        documents = draw(seed)
        ranges = random_ranges(seed)
        difference = first_difference(documents, all_flows(documents, seed), ranges)
        if difference is None and seed % 4 == 0:  # it takes longer
            to_services = service_flows(documents, seed, SERVICE_FLOWS)
            difference = service_in_reach(documents, to_services, ranges)
        if difference is not None:
            return difference
    return None


def first_wrong(number, seed):
    """The first of so many seeds whose fix is wrong, and how; None where none is."""
    found = ((one, wrong_fix_of(one)) for one in range(seed, seed + number))
    return next((pair for pair in found if pair[1]), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clusters", type=int, help="how many")
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10**9), help="of the first one"
    )
    parser.add_argument("--texts", type=int, help="broken manifests to read; as many by default")
    parser.add_argument("--spellings", type=int, help="YAML to read; as many by default")
    parser.add_argument("--lint", type=int, help="clusters to lint; as many by default")
    parser.add_argument("--tiers", type=int, help="with cluster-wide policies; as many by default")
    parser.add_argument("--fixes", type=int, help="fixes to type; a tenth as many by default")
    options = parser.parse_args()
    texts = options.clusters if options.texts is None else options.texts
    spellings = options.clusters if options.spellings is None else options.spellings
    linted = options.clusters if options.lint is None else options.lint
    fixes = options.clusters // 10 if options.fixes is None else options.fixes
    tiers = options.clusters if options.tiers is None else options.tiers
    what = f"{options.clusters} clusters, {tiers} with tiers, {linted} to lint, {fixes} fixes"
    print(f"{what}, {texts} broken texts, {spellings} spellings from --seed {options.seed}")
    difference = soak(range(options.seed, options.seed + options.clusters))
    difference = difference or soak(range(options.seed, options.seed + tiers), mixed_cluster)
    if difference is not None and not difference.words.startswith("reachability"):
        difference = shrunk(difference)
    print("no difference" if difference is None else f"\n{difference}")
    surprise = first_surprise(texts, options.seed)
    print("no surprise" if surprise is None else f"\n{surprise[0]}\n{surprise[1]}")
    misread = first_misreading(spellings, options.seed)
    print("nothing misread" if misread is None else f"\n{misread[0]}\n{misread[1]}")
    untrue = first_untruth(range(options.seed, options.seed + linted))
    print("nothing untrue in lint" if untrue is None else f"\n{untrue}")
    wrong = first_wrong(fixes, options.seed)
    print("no wrong fix" if wrong is None else f"\n{wrong[0]}\n{wrong[1]}")
    found = difference, surprise, misread, untrue, wrong
    return int(any(one is not None for one in found))


if __name__ == "__main__":
    sys.exit(main())
