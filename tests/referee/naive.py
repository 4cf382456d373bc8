"""A second opinion on what policies allow: plain, slow, sharing no code with the package.

It reads parsed YAML documents as people write them, tries every reading that Kubernetes permits,
and answers True or False where all readings agree, None where they don't.
"""

import functools
import itertools

from tests.referee.naive_ends import addressed, seen
from tests.referee.naive_objects import (
    addresses,
    at_once,
    completed,
    flat,
    is_cluster_wide,
    is_of,
    labels_of,
    made_by_controllers,
    namespace_of,
    node_of,
    objects,
    on_host_network,
    owns,
    to_address,
)
from tests.referee.naive_rules import block_matches, isolates, matches, ports_match, to_network
from tests.referee.naive_services import End, Services
from tests.referee.naive_tiers import Tiers

READINGS = {
    "hosts are nodes": "a hostNetwork pod is its node's address, no longer a pod (SEM-54)",
    "own node open": "egress to the pod's own node is always allowed (SEM-50)",
    "init names count": "a port name of an init container counts like any other (SEM-56)",
    "unknown inside": "an address that nobody wrote down is in every ipBlock (SEM-44)",
    "unknown node": "a node is a pod's own, where nobody wrote down which that is (SEM-50)",
    "isolated both ways": "who is isolated in one direction has no Baseline in either (ANP-09)",
}
EVERYWHERE = [to_network("0.0.0.0/0"), to_network("::/0")]


def allowed(documents, source, destination, port, protocol="TCP", ranges=((), ())):
    """May `source` connect? Ends are "namespace/pod" or an IP address; ICMP has port None.

    The destination may be "svc/namespace/name"; a question that cannot be asked is a FlowError.
    The ranges are those of unknown addresses of pods, and of nodes.
    """
    return Cluster(documents, *ranges).allowed(source, destination, port, protocol)


class Cluster:
    """What there is, and where addresses of pods and nodes lie that nobody wrote down."""

    def __init__(self, documents, pod_ranges=(), node_ranges=()):
        self.pod_ranges, self.node_ranges = (
            list(map(to_network, ranges)) for ranges in (pod_ranges, node_ranges)
        )
        pods = objects(documents, "v1", "Pod")
        pods |= made_by_controllers(documents, pods)
        self.everything = pods.values()  # a finished pod still tells its node's address
        self.pods = {name: pod for name, pod in pods.items() if not completed(pod)}
        self.policies = objects(documents, "networking.k8s.io/v1", "NetworkPolicy").values()
        self.others = [one for one in flat(documents) if decides_too(one)]
        self.tiers = Tiers(documents, self)
        self.services = objects(documents, "v1", "Service").values()
        self.routes = Services(documents, self)
        self.nodes = objects(documents, "v1", "Node")
        self.namespaces = objects(documents, "v1", "Namespace")
        named = sorted(self.named_nodes(), key=lambda pair: pair[1] is not None)
        self.node_at = dict(named)  # a name counts more than none
        for pod in self.everything:  # on the host network it has the addresses of its node
            if on_host_network(pod) and not addresses(pod):
                own = [{"ip": str(address)} for address in self.node_addresses(pod)]
                pod["status"] = (pod.get("status") or {}) | {"podIPs": own}
        # Asked again and again about the same ends; only to save time.
        self.find = functools.cache(self.end_called)
        self.ends = functools.cache(self.two_ends)
        self.admitting = functools.cache(self.admitting_ports)

    # The connection

    def allowed(self, source, destination, port, protocol="TCP", every_reading=False):
        """The answer, which has to be the same for all pods that a workload's name means."""
        found = {
            self.allowed_between(here, there, port, protocol, every_reading)
            for here, there in self.meant(source, destination)
        }
        return found.pop() if len(found) == 1 else None

    def meant(self, *texts):
        """The pairs of ends that two names mean: two different pods, where there are."""
        pairs = list(itertools.product(*map(self.pods_called, texts)))
        if len(pairs) > 1:
            pairs = [pair for pair in pairs if at_once(*(self.find(text).pod for text in pair))]
        paired = [here for here, there in pairs if here != there]
        return [pair for pair in pairs if pair[0] != pair[1] or pair[0] not in paired]

    def pods_called(self, text):
        """The names of a workload's pods; anything else means itself."""
        if "/" not in text or text.startswith("svc/") or tuple(text.split("/")) in self.pods:
            return [text]
        home, name = text.split("/")
        return [
            f"{home}/{pod['metadata']['name']}"
            for pod in self.pods.values()
            if is_of(pod, home, name) and namespace_of(pod) == home
        ]

    def allowed_between(self, source, destination, port, protocol, every_reading):
        answers = set()
        if not self.can_be_asked(source, destination, port, protocol):
            return "FlowError"
        questions = (
            READINGS if every_reading else self.questions(source, destination, port, protocol)
        )
        for choices in itertools.product([False, True], repeat=len(questions)):
            reading = frozenset(itertools.compress(questions, choices))
            answers |= self.answers(reading, source, destination, port, protocol)
        return answers.pop() if len(answers) == 1 else None

    def questions(self, source, destination, port, protocol):
        """The readings that can matter between two ends; only to save time."""
        ends = [self.find(source), self.find(destination)]
        destination = ends[1]
        pods = [end.pod for end in ends if end.pod is not None]
        entered = self.routes.entered(destination, port, protocol)  # then whoever is behind it
        matters = {
            "hosts are nodes": any(map(on_host_network, pods)),
            "own node open": destination.pod is None or on_host_network(destination.pod),
            "init names count": any((pod.get("spec") or {}).get("initContainers") for pod in pods),
            "unknown inside": not all(map(addresses, pods)),
            "unknown node": any(seen(end, READINGS).is_node for end in ends),
        }
        matters = dict.fromkeys(READINGS, True) if entered else matters
        matters["isolated both ways"] = self.tiers.has("Baseline")
        return [name for name in READINGS if matters[name]]

    def answers(self, reading, source, destination, port, protocol):
        """Every answer that one reading permits; a Service leaves more than one."""
        here, there = self.ends(source, destination)
        ways = self.routes.ways(reading, here, there, port, protocol)
        if not ways and self.is_itself(reading, here, there):
            return {True}  # "a pod cannot block access to itself" (SEM-49)
        if not ways:
            return self.directly(reading, here, there, port, protocol)
        headless = there.service is not None and there.service["spec"].get("clusterIP") == "None"
        answers = set()
        for place, number, outer in ways:
            if place is None:  # an endpoint that nobody has written down may be anybody (SEM-74)
                answers |= {True, False}
                continue
            client, place = addressed(here, place, there)
            itself = self.is_itself(reading, client, place)
            if itself:  # "through a Service back to itself: plugins differ" (SEM-49)
                answers.add(True)
            if headless:  # its name stands for the address itself
                if not itself:
                    answers |= self.directly(reading, client, place, number, protocol)
                continue
            client, place, asked = (seen(end, reading) for end in (client, place, there))
            # Rewritten before egress policies see it, or after (SEM-53).
            for first in ((place, number), (asked, port)):
                told = reading, client, first, (place, number), protocol
                answers |= self.judge(*told)
                if here.pod is None or outer:  # as itself, a load balancer, or its node (SEM-60)
                    answers |= self.judge(*told, let_in=True)
                    answers |= self.judge(*told, arriving=End(None, None))
        return answers

    def is_itself(self, reading, here, there):
        """Does a pod call itself, be it by an address that it shares with its node?"""
        if here.pod is None:
            return False
        shares = on_host_network(here.pod) and self.is_node_of(reading, here.pod, there)
        return here.pod is there.pod or owns(here.pod, there) or shares

    def can_be_asked(self, source, destination, port, protocol):
        """Is a pod judged, or somebody behind a Service; and is anybody behind it, by its name?"""
        here, there = self.find(source), self.find(destination)
        if (here.pod is None and there.pod is None) or there.service is not None:
            ways = self.routes.ways(frozenset(), here, there, port, protocol)
            ways += self.routes.ways(frozenset(READINGS), here, there, port, protocol)
            judged = here.pod is not None or any(p is None or p.pod is not None for p, *_ in ways)
            return bool(ways) and judged
        return True

    def directly(self, reading, source, destination, port, protocol):
        here, there = seen(source, reading), (seen(destination, reading), port)
        return self.judge(reading, here, there, there, protocol)

    def judge(
        self, reading, source, left_for, arrived_at, protocol, *, arriving=None, let_in=False
    ):
        """Every answer: both ends have to agree (SEM-04); one that is no pod agrees (SEM-05)."""
        found = set()
        for there in self.guesses(source, left_for[0]):
            out = self.side(reading, "Egress", source, there, (there, left_for[1]), protocol)
            at, port = arrived_at
            at = there if at == left_for[0] else at
            told = reading, "Ingress", at, arriving or source, (at, port), protocol
            into = {True} if let_in else self.side(*told)
            if self.could_be_decided("Egress", source, left_for[0]):
                out = {True, False}
            if self.could_be_decided("Ingress", arrived_at[0], source):
                into = {True, False}
            found |= {one and other for one in out for other in into}
        return found

    def guesses(self, source, end):
        """The end, with each address that it may have where nobody wrote one, if that matters.

        Networks and blocks are all asked about the same address, as rules have an order here.
        """
        networks = self.tiers.networks(source.pod) if end.address is None else []
        if not networks:
            return [end]
        blocks = [
            peer["ipBlock"]
            for policy in self.policies
            for rule in (policy.get("spec") or {}).get("egress") or []
            for peer in (rule or {}).get("to") or []
            if peer.get("ipBlock") is not None
        ]
        told = self.ranges(end, source.address) or [
            whole
            for whole in EVERYWHERE
            if source.address is None or whole.version == source.address.version
        ]
        edges = [*networks, *texts_of(blocks)]
        return [end._replace(guess=address) for address in representatives(told, edges)]

    def could_be_decided(self, direction, subject, peer):
        """Could a policy of another kind decide the subject's side? (SEM-70)"""
        pod = subject.pod or subject.really
        return pod is not None and any(self.could_decide(policy, pod) for policy in self.others)

    def could_decide(self, policy, pod):
        own = policy["kind"] == "CiliumNetworkPolicy"
        return not own or namespace_of(policy) == namespace_of(pod)

    def side(self, reading, direction, subject, peer, target, protocol):
        """What may come out at `subject`: does it reach `peer`, or is it reached by it? (ANP-02)"""
        told = reading, direction, subject, peer, target, protocol
        above = self.tiers.actions("Admin", *told)
        found = {action == "Accept" for action in above & {"Accept", "Deny"}}
        return found if above <= {"Accept", "Deny"} else found | self.below_admin(*told)

    def below_admin(self, reading, direction, subject, peer, target, protocol):
        """A NetworkPolicy has the last word about the pods that it isolates (ANP-09)."""
        if any(isolates(policy, direction, subject.pod) for policy in self.policies):
            return self.by_network_policies(reading, direction, subject, peer, target, protocol)
        other = "Egress" if direction == "Ingress" else "Ingress"
        if "isolated both ways" in reading and any(
            isolates(policy, other, subject.pod) for policy in self.policies
        ):
            return {True}
        last = self.tiers.actions("Baseline", reading, direction, subject, peer, target, protocol)
        return {action != "Deny" for action in last}

    def by_network_policies(self, reading, direction, subject, peer, target, protocol):
        admitting = self.admitting(reading, direction, subject, peer)
        if admitting is None:
            return {True}
        if protocol not in ("TCP", "UDP", "SCTP"):  # open, but where no port is asked for (SEM-57)
            return {True} if any(not ports for ports in admitting) else {True, False}
        return {any(ports_match(ports, target, protocol, reading) for ports in admitting)}

    def admitting_ports(self, reading, direction, subject, peer):
        """The `ports` of each rule that means the peer of an isolated pod; None: none is needed."""
        policies = [policy for policy in self.policies if isolates(policy, direction, subject.pod)]
        own_node = self.is_node_of(reading, subject.pod, peer)
        shares = on_host_network(subject.pod)  # its node's addresses
        if own_node and (direction == "Ingress" or "own node open" in reading or shares):
            return None
        rules, peers = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
        other = subject.address or subject.guess
        return [
            (rule or {}).get("ports")
            for policy in policies
            for rule in (policy.get("spec") or {}).get(rules) or []
            if self.peers_match(reading, (rule or {}).get(peers), namespace_of(policy), peer, other)
        ]

    def peers_match(self, reading, peers, home, end, other):
        """Do any of a rule's peers mean this end? All its blocks together hold an unknown one."""
        blocks = [peer["ipBlock"] for peer in peers or [] if peer.get("ipBlock") is not None]
        if blocks and end.address is None and end.guess is None:
            inside = {
                any(block_matches(block, address) for block in blocks)
                for address in self.possible(end, other, blocks)
            }
            if inside == {True} or (inside != {False} and "unknown inside" in reading):
                return True
        elif end.guess is not None and not self.ranges(end, other):
            # A block of the other family may match an address that nothing is known of (SEM-44).
            families = {to_network(block["cidr"]).version for block in blocks}
            if families - {end.guess.version} and "unknown inside" in reading:
                return True
        return not peers or any(self.peer_matches(reading, peer, home, end) for peer in peers)

    def possible(self, end, other, blocks):
        """Addresses that an end may have: enough of them to meet every answer of the blocks."""
        return representatives(self.ranges(end, other), texts_of(blocks))

    def ranges(self, end, other):
        """Where the address of an end lies, if anybody says so."""
        host = end.is_node or (end.pod is not None and on_host_network(end.pod))
        told = self.node_ranges if host else self.pod_ranges if end.pod is not None else []
        return [whole for whole in told if other is None or whole.version == other.version]

    def peer_matches(self, reading, peer, home, end):
        if peer.get("ipBlock") is not None:
            address = end.address or end.guess
            return address is not None and block_matches(peer["ipBlock"], address)
        if end.pod is None:
            return False
        pods, namespaces = peer.get("podSelector"), peer.get("namespaceSelector")
        name = namespace_of(end.pod)
        if namespaces is None and name != home:
            return False
        labels = self.namespace_labels(name)
        return matches(namespaces or {}, labels) and matches(pods or {}, labels_of(end.pod))

    # Things in the cluster

    def two_ends(self, source, destination):
        here, there = self.find(source), self.find(destination)
        if there.service is not None and there.address is None:
            return here, there  # whatever is behind it decides which address is in use
        return addressed(here, there)

    def end_called(self, text):
        """The end called `text`; a pod called by name has no address yet."""
        if text.startswith("svc/"):
            return self.routes.end(*text.split("/")[1:])
        if "/" in text:
            return End(self.pods[tuple(text.split("/"))], None)
        address = to_address(text)
        owners = [
            pod
            for pod in self.pods.values()
            if address in addresses(pod) and not on_host_network(pod)
        ]
        if owners:
            return End(owners[0], address)
        known = address in self.node_at or any(address in one for one in self.node_ranges)
        return End(None, address, self.node_at.get(address), is_node=known)

    def namespace_labels(self, name):
        written = self.namespaces.get(("default", name)) or {"metadata": {}}
        return labels_of(written) | {"kubernetes.io/metadata.name": name}

    def is_node_of(self, reading, pod, end):
        """Is `end` the node that `pod` runs on?"""
        if end.pod is not None:
            return False
        name, its = node_of(pod), self.node_addresses(pod)
        if end.address in its or (name is not None and end.node == name):
            return True
        if not end.is_node or (name is not None and end.node is not None):
            return False
        family = end.address.version if end.address is not None else None
        other = any(address.version == family for address in its)
        return not other and "unknown node" in reading

    def named_nodes(self):
        """Every address of a node that is written anywhere, with the node's name."""
        for pod in self.everything:
            yield from ((address, node_of(pod)) for address in self.node_addresses(pod))
        for name, node in self.nodes.items():
            for at in (node.get("status") or {}).get("addresses") or []:
                if at["type"].endswith("IP"):
                    yield to_address(at["address"]), name[1]

    def node_addresses(self, pod):
        name = (pod.get("spec") or {}).get("nodeName")
        node = (self.nodes.get(("default", name)) or {}).get("status") or {}
        listed = [at["address"] for at in node.get("addresses") or [] if at["type"].endswith("IP")]
        beside = [pod, *(p for p in self.everything if name and name == node_of(p))]
        shared = [found for p in beside if on_host_network(p) for found in addresses(p)]
        for status in [p.get("status") or {} for p in beside]:
            listed += [status.get("hostIP"), *(at["ip"] for at in status.get("hostIPs") or [])]
        return shared + [to_address(text) for text in listed if text]


def decides_too(document):
    """Is it a policy of another kind that may decide about flows?"""
    named = "NetworkPolicy" in document["kind"] and document["kind"] != "NetworkPolicy"
    return named and not is_cluster_wide(document)


# Addresses that nobody wrote down


def texts_of(blocks):
    return [text for block in blocks for text in [block["cidr"], *(block.get("except") or [])]]


def representatives(ranges, texts):
    """One address at least of every part into which networks cut the ranges."""
    for whole in ranges:
        yield whole[0]
        for edge in map(to_network, texts):
            if edge.version == whole.version:
                for number in (int(edge[0]), int(edge[-1]) + 1):
                    if int(whole[0]) <= number <= int(whole[-1]):
                        yield whole[number - int(whole[0])]
