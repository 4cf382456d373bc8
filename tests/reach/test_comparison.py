"""What changed, compared with asking for every flow before and after."""

import json
import random
from itertools import permutations

import pytest

import netpol_lab as lab
from netpol_lab.model.addresses import AddressRange
from netpol_lab.model.ports import PortSet
from tests.helpers.changes import changed_documents, load
from tests.referee.every_flow import ports_worth_asking
from tests.referee.random_clusters import random_cluster


def asked(end):
    return str(end.first if isinstance(end, AddressRange) else end)


def in_set(change, protocol, port):
    kinds = {"gained": change.gained, "lost": change.lost, "unsettled": change.unsettled}
    return {name for name, ports in kinds.items() if (protocol, port) in ports}


EXPECTED = {(False, True): {"gained"}, (True, False): {"lost"}}


@pytest.mark.parametrize("seed", range(60))
def test_changes_are_what_evaluate_says_before_and_after(seed):
    rng = random.Random(seed)
    documents = random_cluster(seed)
    old, new = load(documents), load(changed_documents(json.loads(json.dumps(documents)), rng))
    found = lab.diff(old, new)
    listed = {(c.source, c.destination): c for c in found.changes}
    probes = ports_worth_asking(documents)
    pairs = [
        (source, destination)
        for source, destination in permutations(found.after.ends, 2)
        if not (isinstance(source, AddressRange) and isinstance(destination, AddressRange))
    ]
    for source, destination in pairs:
        change = listed.get((str(source), str(destination)))
        for protocol, port in rng.sample(probes, 2):
            flow = asked(source), asked(destination), port, protocol
            clusters = found.before.cluster, found.after.cluster
            was, now = (lab.evaluate(cluster, *flow).allowed for cluster in clusters)
            same = set() if was is now else {"unsettled"}
            said = in_set(change, protocol, port) if change else set()
            assert said == EXPECTED.get((was, now), same), flow
        assert change is None or change.causes, flow


@pytest.mark.parametrize("seed", range(40))
def test_what_changed_in_part_is_what_changed_for_pods_and_not_for_their_namespace(seed):
    documents = random_cluster(seed)
    changed = changed_documents(json.loads(json.dumps(documents)), random.Random(seed))
    found = lab.diff(load(documents), load(changed), by="namespace")
    owner = {
        **{str(end): str(end) for end in found.after.index.ranges},
        **{str(pod): pod.namespace for pod in found.after.cluster.pods},
    }
    lasting = {str(end) for end in found.before.ends} & {str(end) for end in found.after.ends}
    expected = {}
    for change in found.put_together("pod").changes:
        if {change.source, change.destination} <= lasting:
            pair = owner[change.source], owner[change.destination]
            sofar = expected.get(pair, dict.fromkeys(change.kinds, PortSet()))
            expected[pair] = {kind: sofar[kind] | ports for kind, ports in change.kinds.items()}
    for change in found.changes:
        for kind, ports in expected.get((change.source, change.destination), {}).items():
            expected[change.source, change.destination][kind] = ports - change.kinds[kind]
    told = {(c.source, c.destination): c.kinds for c in found.in_part}
    assert told == {pair: kinds for pair, kinds in expected.items() if any(kinds.values())}
    assert all(change.part and change.causes for change in found.in_part)
