"""Faults to plant in the engine; the cases or the referee must catch each one.

Every fault is a plausible slip: one line as somebody might have written it.
"""

from typing import NamedTuple


class Fault(NamedTuple):
    """One line of the engine, and what it is changed to."""

    about: str
    module: str
    right: str
    wrong: str


FAULTS = (
    Fault(
        "an unknown controller adds no labels",
        "manifests/pods/workloads.py",
        "            variants += [*self._with_more_labels(key, template)]\n",
        "",
    ),
    Fault(
        "an unknown controller adds the labels of one selector only",
        "manifests/pods/workloads.py",
        "in chain(alone, combinations(more, 2)):",
        "in alone:",
    ),
    Fault(
        "stable pods of a Rollout lack the labels for them",
        "manifests/pods/custom_kinds.py",
        '"canary", "stableMetadata"',
        '"canary", "canaryMetadata"',
    ),
    Fault(
        "pods of two revisions of a workload meet",
        "model/replicas.py",
        "if pod is None or peer is None or pod.is_beside(peer)",
        "if True",
    ),
    Fault(
        "NotIn wants the key to be there",
        "engine/semantics.py",
        "return value not in requirement.values",
        "return value is not None and value not in requirement.values",
    ),
    Fault(
        "a missing label equals an empty value",
        "engine/semantics.py",
        "value = labels.get(requirement.key)  #",
        'value = labels.get(requirement.key, "" if requirement.values else None)  #',
    ),
    Fault(
        "a podSelector alone reaches other namespaces",
        "engine/semantics.py",
        "return only_namespace(home) if",
        "return Selector() if",
    ),
    Fault(
        "except is forgotten",
        "engine/semantics.py",
        "without([whole.numbers], holes)",
        "without([whole.numbers], [])",
    ),
    Fault(
        "a named port ignores the protocol",
        "engine/semantics.py",
        "if declared.name == entry.port and declared.protocol == entry.protocol",
        "if declared.name == entry.port",
    ),
    Fault(
        "the end of a port range is left out",
        "engine/semantics.py",
        "entry.end_port if end_port else None",
        "(entry.end_port and max(entry.port, entry.end_port - 1)) if end_port else None",
    ),
    Fault(
        "a rule without ports means TCP",
        "engine/semantics.py",
        "    if not entries:\n        return PortSet.every()",
        '    if not entries:\n        return PortSet.every("TCP")',
    ),
    Fault(
        "a rule without peers means pods only",
        "engine/resolution.py",
        "            return peers.everyone\n",
        "            return peers.among(self.pods.pod_index.labelled(Selector()))\n",
    ),
    Fault(
        "rules of an unlisted direction count",
        "engine/resolution.py",
        "if direction in policy.policy_types:",
        "if direction in policy.policy_types or policy.rules(direction):",
    ),
    Fault(
        "an isolating policy must also have a rule",
        "engine/resolution.py",
        "if direction in policy.policy_types:",
        "if direction in policy.policy_types and policy.rules(direction):",
    ),
    Fault(
        "an empty egress list adds the type Egress",
        "manifests/to_model.py",
        "if egress else (Direction.INGRESS,)",
        "if egress is not None else (Direction.INGRESS,)",
    ),
    Fault(
        "egress rules alone default to Egress only",
        "manifests/to_model.py",
        "return (Direction.INGRESS, Direction.EGRESS) if egress",
        "return (Direction.EGRESS,) if egress",
    ),
    Fault(
        "a rule with ports admits protocols without ports",
        "engine/semantics.py",
        "return not rule.ports",
        "return True",
    ),
    Fault(
        "a rule without ports is about ports",
        "engine/semantics.py",
        "return not rule.ports",
        "return False",
    ),
    Fault(
        "named replicas are all there are",
        "manifests/pods/workloads.py",
        "islice((i for i in every if i not in named), ",
        "islice(every, ",
    ),
    Fault(
        "NotIn names no replica",
        "manifests/pods/asked_labels.py",
        "yield _Question(namespace, equal, item.key, tuple(item.values or ()))",
        'yield _Question(namespace, equal, item.key, item.operator == "In" and item.values or ())',
    ),
    Fault(
        "a hash that is asked for is never that of the pods",
        "manifests/pods/workloads.py",
        "for value in (other, *named)])",
        "for value in (other,)])",
    ),
    Fault(
        "a client always has another address, not only behind a Service",
        "engine/verdict.py",
        '"client_address_kept": path.may_hide_client,',
        '"client_address_kept": path.arriving.source.pod is None,',
    ),
    Fault(
        "a node that nobody has placed is not the own one",
        "engine/endpoint_rules.py",
        "    return assumptions.unknown_node_is_own\n",
        "    return False\n",
    ),
    Fault(
        "every address may be that of a node",
        "engine/endpoint_rules.py",
        "return end.is_node or any(end.address in cidr for cidr in assumptions.node_cidrs)",
        "return True",
    ),
    Fault(
        "nodes of different names may be one",
        "engine/endpoint_rules.py",
        "return node.node != pod.node",
        "return False",
    ),
    Fault(
        "the address of a hostNetwork pod tells nothing about its node",
        "manifests/to_model.py",
        "known += pod.status.own_ips if pod.spec.host_network else ()",
        "known += ()",
    ),
    Fault(
        "a block that holds nothing of the pods' range decides nothing",
        "engine/semantics.py",
        "answers.add(None if left and left != [whole.numbers] else not left)",
        "answers.add(None if left else True)",
    ),
    Fault(
        "unknown addresses of nodes lie among those of pods",
        "engine/endpoint_rules.py",
        "        found = assumptions.node_cidrs\n",
        "        found = assumptions.pod_cidrs\n",
    ),
    Fault(
        "a DaemonSet has one pod",
        "manifests/pods/workloads.py",
        "return range(1, 1 + MOST_REPLICAS)",
        "return range(1, 2)",
    ),
    Fault(
        "labels have 63 letters, not bytes",
        "manifests/rules/naming_rules.py",
        "        if size(text) > self.most:\n",
        "        if len(text) > self.most:\n",
    ),
    Fault(
        "names may be one longer",
        "manifests/rules/naming_rules.py",
        "        if size(text) > self.most:\n",
        "        if size(text) > self.most + 1:\n",
    ),
    Fault(
        "names must be one shorter",
        "manifests/rules/naming_rules.py",
        "        if size(text) > self.most:\n",
        "        if size(text) >= self.most:\n",
    ),
    Fault(
        "an owner needs no uid",
        "manifests/rules/metadata_rules.py",
        "    if not owner.uid:\n",
        "    if False:\n",
    ),
    Fault(
        "any finalizer will do",
        "manifests/rules/metadata_rules.py",
        'if "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS:',
        "if False:",
    ),
    Fault(
        "a workload may select other pods than its own",
        "manifests/rules/object_rules.py",
        "elif readable and not _matches(selector, labels or {}):",
        "elif False:",
    ),
    Fault(
        "zeros before a prefix length are none",
        "manifests/rules/cidrs.py",
        'if len(length) > 1 and length[0] == "0":',
        'if len(length) == 2 and length[0] == "0":',
    ),
    Fault(
        "the destination's side is forgotten",
        "engine/verdict.py",
        "return self.egress.allowed and self.ingress.allowed",
        "return self.egress.allowed",
    ),
    Fault(
        "a pod can be cut off from itself",
        "engine/sides.py",
        "service_loopback):\n        return Exemption.ITSELF\n",
        "service_loopback):\n        return None\n",
    ),
    Fault(
        "a client outside always keeps its address through a Service",
        "engine/verdict.py",
        '"client_address_kept": path.may_hide_client,',
        '"client_address_kept": False,',
    ),
    Fault(
        "a pod's own node is treated as any other",
        "engine/sides.py",
        "is_own_node(pod, side.peer):\n                return Exemption.OWN_NODE\n",
        "is_own_node(pod, side.peer):\n                return None\n",
    ),
    Fault(
        "the name label of a namespace can be spoofed",
        "manifests/to_model.py",
        "{**written.get(name, {}), NAME_LABEL: name}",
        "{NAME_LABEL: name, **written.get(name, {})}",
    ),
    Fault(
        "a finished pod keeps its address",
        "model/cluster.py",
        "if not pod.finished and not pod.host_network",
        "if not pod.host_network",
    ),
    Fault(
        "one isolating policy's rules must all admit",
        "engine/sides.py",
        "self.isolated and not self.admitted_by",
        "self.isolated and len(self.admitted_by) < len(self.isolated_by)",
    ),
    Fault(
        "a dual-stack pod is always judged by its first address",
        "model/flows.py",
        "return next(iter(same or end.pod.known_addresses), None)",
        "return next(iter(end.pod.known_addresses), None)",
    ),
    Fault(
        "an egress named port is looked up at the source",
        "engine/semantics.py",
        "ports = admitted_ports(rule, flow.destination, assumptions)\n",
        "ports = admitted_ports(rule, flow.source, assumptions)\n",
    ),
    Fault(
        "cluster-wide policies are asked in the order in which they are written",
        "engine/resolution.py",
        "key=lambda p: (p.is_ranked, p.priority))",
        "key=lambda p: p.is_ranked)",
    ),
    Fault(
        "a BaselineAdminNetworkPolicy goes first",
        "engine/tiers.py",
        "return _choice([first, last], assumptions.equal_priority_allows)",
        "return first",
    ),
    Fault(
        "Pass is as good as Accept",
        "engine/tiers.py",
        "Action.PASS: LaneAnswer.NEXT",
        "Action.PASS: LaneAnswer.ACCEPT",
    ),
    Fault(
        "a rule that nobody can use matches what the rest of it says",
        "engine/cluster_peers.py",
        "    if rule.unusable:\n        return Matched(0, surely | perhaps)\n",
        "",
    ),
    Fault(
        "a Pass that nobody can use never denies",
        "model/cluster_policies.py",
        "return (True,) if self.action is Action.DENY else (False, True)",
        "return (True,) if self.action is Action.DENY else (False,)",
    ),
    Fault(
        "a Deny that nobody can use is about its own ports alone",
        "engine/tiers.py",
        "if not (closed or admits_port(rule, flow, assumptions)):",
        "if not admits_port(rule, flow, assumptions):",
    ),
    Fault(
        "a subject that nobody can use is every pod",
        "engine/tiers.py",
        "return self.sure and not self.policy.unusable",
        "return self.sure",
    ),
    Fault(
        "a pod on its node's network is the subject of a cluster-wide policy",
        "engine/resolution.py",
        "reduce(or_, chosen, PodSet(self.pod_index)) & self.off_hosts",
        "reduce(or_, chosen, PodSet(self.pod_index))",
    ),
    Fault(
        "tier Baseline is asked before NetworkPolicy",
        "engine/sides.py",
        "return above, middle if self.isolated else LaneAnswer.NEXT, below",
        "return above, below, middle if self.isolated else LaneAnswer.NEXT",
    ),
    Fault(
        "of equal priorities the one that lets more through goes first",
        "engine/tiers.py",
        "return max(options, key=answer_of) if allows else min(options, key=answer_of)",
        "return max(options, key=answer_of)",
    ),
    Fault(
        "a policy of another kind keeps a pod from itself",
        "engine/other_policies.py",
        "return not path.through_service",
        "return False",
    ),
    Fault(
        "policies of other kinds close one side and open the other",
        "engine/verdict.py",
        "answer = not all(side.allowed for side in sides)",
        "answer = not any(side.allowed for side in sides)",
    ),
    Fault(
        "policies of other kinds are left out",
        "engine/verdict.py",
        '"only_network_policies": others_could_decide,',
        '"only_network_policies": False,',
    ),
)


# Slips about Services: what is behind them, and what is listed.
FAULTS_OF_SERVICES = (
    Fault(
        "the number of the target port counts for listed endpoints",
        "engine/service_targets.py",
        "yield from _listed(cluster, service, listed, port.port, needs_port=True)",
        "yield from _listed(cluster, service, listed, offered.port, needs_port=True)",
    ),
    Fault(
        "the first port of an endpoint will do, whatever its name",
        "engine/service_targets.py",
        "if (port.name, port.protocol) == (offered.name, offered.protocol):",
        "if port.protocol == offered.protocol:",
    ),
    Fault(
        "where nothing is listed, nobody is behind a Service",
        "engine/service_targets.py",
        "return service.selector is None and service.endpoints is None",
        "return False",
    ),
    Fault(
        "another name of a Service leads nobody knows where",
        "engine/aliases.py",
        "if known is None or known in seen:",
        "if True:",
    ),
    Fault(
        "a name for a name is followed only once",
        "engine/aliases.py",
        "    return seen[-1]",
        "    return seen[:2][-1]",
    ),
    Fault(
        "a pod that an endpoint names and that is not there is an address outside",
        "engine/service_targets.py",
        "if pod is None and listed.pod:",
        "if pod is None and listed.pod in cluster.pods_by_name:",
    ),
    Fault(
        "an endpoint that is not ready is a destination",
        "manifests/services/endpoints.py",
        "ready = [end for end, (is_ready, _) in found if is_ready]",
        "ready = [end for end, _ in found]",
    ),
    Fault(
        "no endpoint that ends is ever used",
        "manifests/services/endpoints.py",
        "(end for end, (_, ending) in found if ending)",
        "()",
    ),
    Fault(
        "the slices of a controller count beside the selector",
        "manifests/services/endpoints.py",
        "repeated = {OF_SELECTOR, MIRROR} if has_selector",
        "repeated = {MIRROR} if has_selector",
    ),
    Fault(
        "only the selector decides, whoever made a slice",
        "manifests/services/endpoints.py",
        "slices = self._slices.get((namespace, name), [])",
        "slices = [] if has_selector else self._slices.get((namespace, name), [])",
    ),
    Fault(
        "a pod keeps its address through an external address of a Service",
        "engine/service_paths.py",
        "(self.arriving.source.pod is None or self.from_outside)",
        "self.arriving.source.pod is None",
    ),
    Fault(
        "a port of nodes is a port of the node",
        "model/cluster.py",
        "if port and address in self.node_names else None",
        "if port and address in () else None",
    ),
    Fault(
        "a Service address leads to pods of the other family",
        "engine/service_paths.py",
        "return not known or not families or any(own.version in families for own in known)",
        "return True",
    ),
    Fault(
        "internalTrafficPolicy is not asked",
        "engine/service_paths.py",
        "if node is None or target.node in (None, node):",
        "if node is None or target.node is not target:",
    ),
    Fault(
        "external addresses of a headless Service are rewritten",
        "manifests/to_model.py",
        "outer = _addresses(() if headless else (*(spec.external_ips or ()), *balanced))",
        "outer = _addresses((*(spec.external_ips or ()), *balanced))",
    ),
)


# Slips in what only answers about everybody; to be caught where all flows are asked for.
FAULTS_FOR_EVERYBODY = (
    Fault(
        "isolated pods stay open",
        "reach/grants.py",
        "views.everyone & ~isolated)",
        "views.everyone)",
    ),
    Fault(
        "the two ends of an ingress rule are swapped",
        "reach/grants.py",
        "ends = (subjects, peers) if direction is Direction.EGRESS else (peers, subjects)",
        "ends = (subjects, peers)",
    ),
    Fault(
        "named ports are looked up at the source",
        "reach/grants.py",
        "destinations=peers if outward else some",
        "destinations=some if outward else peers",
    ),
    Fault(
        "a pod's own node is kept out",
        "reach/grants.py",
        "if direction is Direction.INGRESS or views.assumptions.own_node_egress:",
        "if views.assumptions.own_node_egress:",
    ),
    Fault(
        "host pods are cut off from their own address",
        "reach/grants.py",
        "if (pod := views.pods[place]).host_network:",
        "if not (pod := views.pods[place]).host_network:",
    ),
    Fault(
        "addresses are judged whatever the peer's families",
        "reach/peer_views.py",
        "this, seen = facing(*ends) if outward else reversed(facing(*reversed(ends)))",
        "this, seen = (e.at(next(iter(e.known_addresses), None)) for e in ends)",
    ),
    Fault(
        "the last address of a block is left out",
        "reach/peer_views.py",
        "bisect_right(numbers, last)",
        "bisect_left(numbers, last)",
    ),
    Fault(
        "ranges are not cut behind a block",
        "reach/endpoint_index.py",
        "chain.from_iterable((first, last + 1) for first, last in parts)",
        "(first for first, _ in parts)",
    ),
    Fault(
        "where a Service without selector leads is not asked",
        "reach/service_ends.py",
        "own = self._places(service.addresses) if service.selector is None else []",
        "own: list[int] = []",
    ),
    Fault(
        "whatever leads through a Service, a port of a node is its own",
        "reach/service_ends.py",
        "yield replace(here, ports=grant.ports - guarded, sources=free)",
        "yield replace(here, ports=grant.ports, sources=free)",
    ),
    Fault(
        "exceptions do not cut ranges",
        "reach/endpoint_index.py",
        "map(AddressRange.of, (block.cidr, *block.excepts))",
        "map(AddressRange.of, (block.cidr,))",
    ),
    Fault(
        "ports of two grants are lost where both apply",
        "reach/connectivity.py",
        "(had | ports, where & ends)",
        "(had, where & ends)",
    ),
    Fault(
        "one side is enough",
        "reach/connectivity.py",
        "common, some = ports & more_ports, where & there & ends",
        "common, some = ports | more_ports, where & there & ends",
    ),
    Fault(
        "port classes are too wide",
        "reach/port_classes.py",
        "mine = [(first, last + 1) for",
        "mine = [(first, last + 2) for",
    ),
    Fault(
        "what one reading leaves out stays certain",
        "reach/certainty.py",
        "yield Destinations(AllowedPorts(0, part.ports.possible), left)",
        "yield part",
    ),
    Fault(
        "the possible is taken for certain",
        "reach/certainty.py",
        "yield Destinations(AllowedPorts(certain & ports, possible | ports), both)",
        "yield Destinations(AllowedPorts(certain | ports, possible | ports), both)",
    ),
    Fault(
        "a node without a name is no pod's own",
        "reach/peer_views.py",
        "found |= nodes if pod.node is None else nameless",
        "found |= nodes if pod.node is None else set()",
    ),
    Fault(
        "ranges are not cut around nodes",
        "reach/reachability.py",
        "EndpointIndex(clusters, (*assumptions.node_cidrs, *named))",
        "EndpointIndex(clusters, named)",
    ),
    Fault(
        "connections are listed that have no port",
        "reach/connectivity.py",
        "if common and some:",
        "if some:",
    ),
    Fault(
        "hostNetwork pods are pods in every reading",
        "engine/endpoint_rules.py",
        "return end if assumptions.host_network_as_pods else as_node(end)",
        "return end",
    ),
    Fault(
        "what policies of other kinds could block stays certain",
        "reach/grants.py",
        "if left := getattr(grant, mine) & ~touched:",
        "if left := getattr(grant, mine):",
    ),
    Fault(
        "what policies of other kinds could allow is impossible",
        "reach/grants.py",
        "            yield _open(direction, touched, views.everyone)\n",
        "            yield from ()\n",
    ),
    Fault(
        "only the first policy of another kind counts",
        "engine/other_policies.py",
        "return union(subjects(resolution, policy, direction).bits for policy in policies)",
        "return union(subjects(resolution, policy, direction).bits for policy in policies[:1])",
    ),
)


# Slips in how YAML and JSON are read; to be caught by spellings of known values.
FAULTS_IN_READING = (
    Fault(
        "the first of merged mappings counts least",
        "manifests/text/yaml_composer.py",
        "for each in reversed(maps):",
        "for each in maps:",
    ),
    Fault(
        "a merge never replaces a key that is written",
        "manifests/text/yaml_composer.py",
        "            found.update(each)\n",
        "            found.update({key: node for key, node in each.items() if key not in found})\n",
    ),
    Fault(
        "keys of the same text are one, whatever their kind",
        "manifests/text/yaml_composer.py",
        "                key = type(key), key\n",
        "                key = scalars.key_text(key)\n",
    ),
    Fault(
        "an anchor that is defined again keeps its first value",
        "manifests/text/yaml_composer.py",
        "anchored = self._anchors[event.anchor] = _Anchored()",
        "anchored = self._anchors.setdefault(event.anchor, _Anchored())",
    ),
    Fault(
        "a float is a key as it is written",
        "manifests/text/yaml_scalars.py",
        "    if not -4 <= int(exponent) < 6:\n",
        "    if not -4 <= int(exponent) < 21:\n",
    ),
    Fault(
        "a float that is whole stays a float",
        "manifests/text/yaml_scalars.py",
        "return int(number) if number.is_integer()",
        "return int(number) if not number.is_integer()",
    ),
    Fault(
        "only prefixes in lower case make numbers",
        "manifests/text/yaml_scalars.py",
        "0[xX]([0-9a-fA-F]+)",
        "0x([0-9a-fA-F]+)",
    ),
    Fault(
        "a comment behind the dashes is a fault",
        "manifests/text/streams.py",
        'if rest and not rest.startswith("#"):',
        "if rest:",
    ),
    Fault(
        "a byte order mark counts at the start of a text only",
        "manifests/text/streams.py",
        '    part = part.removeprefix("\\ufeff")\n',
        '    part = part if line else part.removeprefix("\\ufeff")\n',
    ),
    Fault(
        "what follows the end of a document is lost without a word",
        "manifests/text/yaml_reader.py",
        "if composer.end is None or not (rest :=",
        "if composer.end is None or True or not (rest :=",
    ),
    Fault(
        "a value is placed at its key",
        "manifests/text/yaml_positions.py",
        "        return key if key is not None and (of_key or ends_early) else node.start\n",
        "        return key if key is not None else node.start\n",
    ),
    Fault(
        "lines above a document are not counted",
        "manifests/text/streams.py",
        "        self._place = place\n",
        "        self._place = len(self.text)\n",
    ),
)


FAULTS_IN_FIXES = (
    Fault(
        "a third policyType joins two",
        "advice/edits.py",
        "        adds=False,\n        touch=Touch.ODD,\n",
        "        touch=Touch.ODD,\n",
    ),
    Fault(
        "a rule is typed beside a section that is empty",
        "advice/edits.py",
        "[writing.rule(rule)], adds=adds)",
        "[writing.rule(rule)])",
    ),
    Fault(
        "an item is typed as it was",
        "advice/mends.py",
        "        writing.peer(mended),\n",
        "        writing.peer(peer),\n",
    ),
    Fault(
        "a port keeps the name that no pod has",
        "advice/mends.py",
        "            writing.port(port),\n",
        "            writing.port(rule.ports[i]),\n",
    ),
    Fault(
        "a selector is mended in words only",
        "advice/mends.py",
        "writing.selector(mended.pod_selector)",
        "writing.selector(policy.pod_selector)",
    ),
    Fault(
        "what is opened besides is not told",
        "advice/besides.py",
        "Connection(*pair, now - was - asked, perhaps - asked)",
        "Connection(*pair, now - was - now, perhaps - asked)",
    ),
    Fault(
        "what admits one side is called a fix of both",
        "advice/fix.py",
        "    while now.allowed is not True:\n",
        "    while now.allowed is not True and not steps:\n",
    ),
)


FAULTS_IN_LINT = (
    Fault(
        "a wider selector is taken to lie within a narrower one",
        "checks/lint/coverage.py",
        "asked.issuperset(outer.requirements)",
        "asked.issubset(outer.requirements)",
    ),
    Fault(
        "a rule without ports is covered by one with some",
        "checks/lint/coverage.py",
        "        return not by\n",
        "        return True\n",
    ),
    Fault(
        "the missing protocol of port 53 is the one that is there",
        "checks/lint/dns.py",
        'servers.ports(UDP if code == "NP305" else TCP)',
        'servers.ports(TCP if code == "NP305" else UDP)',
    ),
    Fault(
        "a narrow policy voids an exclusion for all pods",
        "checks/lint/exclusions.py",
        "within(policy.pod_selector, other.pod_selector)",
        "within(other.pod_selector, policy.pod_selector)",
    ),
    Fault(
        "another port voids an exclusion",
        "checks/lint/exclusions.py",
        "covered_ports(context, policy, rule.ports, their.ports)",
        "covered_ports(context, policy, their.ports, rule.ports)",
    ),
    Fault(
        "a headless Service maps ports",
        "checks/lint/callers/unreached.py",
        "return not service.headless or port.target in (None, port.port)",
        "return True",
    ),
    Fault(
        "an exclusion that is voided may be removed",
        "checks/lint/run.py",
        '"NP303", "NP404", "NP210"}',
        '"NP303", "NP404"}',
    ),
    Fault(
        "an except is void where another rule has one port of several",
        "checks/lint/blocks.py",
        "covered_ports(context, policy, rule.ports, their.ports)",
        "covered_ports(context, policy, their.ports, rule.ports)",
    ),
    Fault(
        "a default deny is needless where all are isolated already",
        "checks/lint/redundancy.py",
        "return any(_is_same(policy, other) for other in others)",
        "return bool(others)",
    ),
    Fault(
        "the last egress rule goes away and policyTypes is not written",
        "checks/lint/hints.py",
        "return last and not policy.types_written",
        "return last and policy.types_written",
    ),
    Fault(
        "one isolated pod at the other end stands for all",
        "checks/lint/ports.py",
        "if pods - context.isolated[other] or",
        "if not pods & context.isolated[other] or",
    ),
    Fault(
        "a comment answers an error",
        "checks/lint/told/intent.py",
        "if finding.severity is not Severity.NOTE and finding.code not in _EVEN_WARNINGS:",
        "if finding.severity is Severity.WARNING and finding.code not in _EVEN_WARNINGS:",
    ),
    Fault(
        "a comment that closes answers what is open",
        "checks/lint/told/intent.py",
        "(said.search(remark) and not unsaid.search(remark))",
        "(said.search(remark) or unsaid.search(remark))",
    ),
    Fault(
        "port 443 alone is for the API server",
        "checks/lint/dns.py",
        "known = asked == {6443} or _API",
        "known = asked or _API",
    ),
    Fault(
        "a scraper that is there is taken for somebody else",
        "checks/lint/ports.py",
        "return not pods - listing and not any(map(_may_scrape, pods))",
        "return not pods - listing",
    ),
    Fault(
        "both of two equal rules may go",
        "checks/lint/redundancy.py",
        "                kept[i] = left\n",
        "",
    ),
    Fault(
        "a smaller block within an except is a leak",
        "checks/lint/blocks.py",
        "block.cidr.prefixlen <= hole.prefixlen",
        "block.cidr.prefixlen >= hole.prefixlen",
    ),
    Fault(
        "the last port is taken out of a rule",
        "checks/lint/rules.py",
        "if len(ports) == len(rule.ports):",
        "if len(ports) > len(rule.ports):",
    ),
    Fault(
        "a value that pods have is dead",
        "checks/lint/absent/unmatched.py",
        "if context.pod_index.labelled(Selector((alone,))) & there:",
        "if not context.pod_index.labelled(Selector((alone,))) & there:",
    ),
    Fault(
        "a from without a value is as usual as an empty one",
        "checks/lint/comments.py",
        "[column - 1 :][:1] not in _OF_A_VALUE",
        "[column - 1 :][:1] in _OF_A_VALUE",
    ),
    Fault(
        "a port name is only told where it is no name of a sidecar",
        "checks/lint/rules.py",
        "if not found or not all(port.in_init_container for port in found):",
        "if not found or all(port.in_init_container for port in found):",
    ),
    Fault(
        "only labels of pods are told by a comment at a peer",
        "checks/lint/told/intent.py",
        "if peer.namespace_selector and key in",
        "if peer.pod_selector and key in",
    ),
    Fault(
        "a witness need not turn in the variant",
        "checks/lint/witnesses.py",
        "            if (now, then) in turns:\n",
        "            if then is not None:\n",
    ),
)

# Caught by `tests.referee.converted`: what is converted must mean the same.
FAULTS_IN_CONVERSION = (
    Fault(
        "of a rule that is split only the first part is kept",
        "manifests/cluster_wide/convert.py",
        "return [rules[0] if len(rules) == 1 else Instead(rules) for rules in found]",
        "return [rules[0] for rules in found]",
    ),
    Fault(
        "a port without a protocol is of UDP",
        "manifests/cluster_wide/convert.py",
        'value.get("protocol") or str(Protocol.TCP)',
        'value.get("protocol") or str(Protocol.UDP)',
    ),
    Fault(
        "a range becomes its first port",
        "manifests/cluster_wide/convert.py",
        "if end == start else",
        "if end >= start else",
    ),
    Fault(
        "host bits make a network of one address",
        "manifests/cluster_wide/convert.py",
        "else str(network)",
        "else str(ip_network(str(first)))",
    ),
    Fault(
        "of several ports only the first is kept",
        "manifests/cluster_wide/convert.py",
        'found["protocols"] = protocols or value',
        'found["protocols"] = protocols[:1] or value',
    ),
    Fault(
        "a policy that is divided has one priority",
        "manifests/cluster_wide/new_places.py",
        "return [*range(start, start + number)] if",
        "return [start] * number if",
    ),
)

# In fixes and in lint, where a cluster-wide tier decides.
FAULTS_BESIDE_TIERS = (
    Fault(
        "a rule of an owner goes behind the one that denies",
        "advice/tier_edits.py",
        "(*rules[:place], wanted, *rules[place:])",
        "(*rules[: place + 1], wanted, *rules[place + 1 :])",
    ),
    Fault(
        "a rule is never reached if an earlier one shares a peer",
        "checks/lint/tiers/covering.py",
        "return _covers_ports(one, other) and all(",
        "return _covers_ports(one, other) and any(",
    ),
    Fault(
        "a policy with the same priority is asked first",
        "checks/lint/tiers/covering.py",
        "first = ranked and other.tier is policy.tier and other.priority < policy.priority",
        "first = ranked and other.tier is policy.tier and other.priority <= policy.priority",
    ),
)
