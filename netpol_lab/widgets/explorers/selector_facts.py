"""Selectors as they are written, and the pods they match: each pod, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from textwrap import dedent, indent

from netpol_lab.engine.endpoint_rules import counts_as_pod
from netpol_lab.engine.near_miss import Unmet, UnmetPart, unmet_by_peer
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.semantics import matches, namespaces_for
from netpol_lab.errors import Complaint, ManifestError, NetpolError, counted, plural
from netpol_lab.manifests.loader import read_all
from netpol_lab.manifests.text.yaml_reader import all_documents, quoted
from netpol_lab.model.assumptions import DEFAULTS
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import Namespace, Peer, Pod, Policy
from netpol_lab.model.policy_parts import selectors_of
from netpol_lab.model.selectors import Labels, Operator, Requirement, Selector, spelt
from netpol_lab.pictures.shapes import Sheet
from netpol_lab.pictures.text_table import in_columns
from netpol_lab.widgets.explorers.selector_drawing import NamespaceCards, PodMark, lay_out

PEER, SUBJECT = "peer", "subject"  # what selectors can be for
NOTHING = {"", "null", "~"}  # ways to write null


@dataclass(frozen=True)
class SelectorInput:
    """Selectors as they are written, and where.

    Parameters
    ----------
    pods, namespaces : str, optional
        The values of podSelector and namespaceSelector as YAML; None where the field is absent.
    home : str
        The policy's namespace.
    items : int
        Whether both selectors are in one peer (1), or each in a peer of its own (2).
    role : str
        ``"peer"`` for a peer of `from`, ``"subject"`` for the podSelector of the policy itself.
    """

    pods: str | None = "{}"
    namespaces: str | None = None
    home: str = "default"
    items: int = 1
    role: str = PEER

    @property
    def written(self) -> dict[str, str]:
        """The fields that are there, with their values."""
        fields = {"podSelector": self.pods, "namespaceSelector": self.namespaces}
        if self.role == SUBJECT:
            del fields["namespaceSelector"]
        return {name: text for name, text in fields.items() if text is not None}

    @property
    def yaml(self) -> str:
        """The part of the policy that is about them.

        Examples
        --------
        >>> print(SelectorInput(pods="{}", namespaces="null", items=2).yaml)
        from:
        - podSelector: {}
        - namespaceSelector: null
        """
        fields = [indent(_field(*pair), "  ") for pair in self.written.items()]
        if self.role == SUBJECT:
            return "\n".join(["spec:", *fields])
        first, *others = fields or ["  {}"]
        if self.items == 2:
            others = [f"- {field[2:]}" for field in others]
        return "\n".join(["from:", f"- {first[2:]}", *others])

    @property
    def manifest(self) -> str:
        """A whole policy with this part."""
        spec = self.yaml
        if self.role == PEER:
            spec = f"spec:\n  podSelector: {{}}\n  ingress:\n  - {indent(spec, '    ')[4:]}"
        return _HEAD.format(home=quoted(self.home)) + spec + "\n"


_HEAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: try-it
  namespace: {home}
"""


def _field(name: str, text: str) -> str:
    """Return a field with its value: beside its name if that is short, else below."""
    value = dedent(text.expandtabs()).strip("\n ")
    if "\n" not in value and (value[:1] == "{" or value in NOTHING):
        return f"{name}: {value}".rstrip()
    return f"{name}:\n{indent(value, '  ')}"


def of_field(complaint: Complaint) -> Complaint:
    """Return a complaint that names its field, not a place in a file that nobody has seen."""
    fields = ("podSelector", "namespaceSelector")
    name = next((field for field in fields if field in complaint.path), "from")
    return replace(complaint, file=name, object="", line=0, column=0, excerpt="")


# ---------------------------------------------------------------- the pods they match


def ask(cluster: Cluster, inputs: SelectorInput) -> Selection:
    """Return which pods the selectors match, or raise what the API server says (ManifestError)."""
    for name, text in inputs.written.items():
        if not isinstance(text, str):
            raise NetpolError(f"{name} is written as YAML in quotes, as in {name}={str(text)!r}")
        _, broken = all_documents(dedent(text), name)
        if broken:
            raise ManifestError(broken)
    try:
        policy, *_ = read_all([("policy.yaml", inputs.manifest)]).policies
    except ManifestError as error:
        raise ManifestError([of_field(complaint) for complaint in error.complaints]) from None
    return Selection(cluster, inputs, policy)


@dataclass(frozen=True)
class Selection:
    """Which pods of a cluster selectors match; made by `ask`.

    Parameters
    ----------
    cluster : Cluster
    inputs : SelectorInput
    policy : Policy
        The policy that was made of it.
    """

    cluster: Cluster
    inputs: SelectorInput
    policy: Policy

    @property
    def peers(self) -> tuple[Peer, ...]:
        """The peers: those of `from`, or the podSelector of the policy as one."""
        if self.inputs.role == SUBJECT:
            return (Peer(pod_selector=self.policy.pod_selector),)
        return self.policy.rules(self.policy.policy_types[0])[0].peers

    @cached_property
    def marks(self) -> tuple[PodMark, ...]:
        """The running pods, namespace by namespace, each with its verdict."""
        order = {name: place for place, name in enumerate(self.cluster.namespaces)}
        running = (pod for pod in self.cluster.pods if not pod.finished)
        return tuple(map(self._mark, sorted(running, key=lambda pod: order[pod.namespace])))

    def _mark(self, pod: Pod) -> PodMark:
        matched = pod in resolution_of(self.cluster).peers(self.inputs.home, self.peers).pods
        word = "selected" if self.inputs.role == SUBJECT else "matched"
        if matched and counts_as_pod(pod, DEFAULTS) is None:
            why = f"it uses its node's network; most plugins: not {word}"
            return PodMark(pod, None, why, "undefined")
        if matched:
            return PodMark(pod, True, self._fits(pod), word)
        least = min((self._unmet(peer, pod) for peer in self.peers), key=len)  # of several peers
        why = "; ".join(self._missed(one, pod) for one in least)
        return PodMark(pod, False, why, f"not {word}")

    def _fits(self, pod: Pod) -> str:
        if len(self.peers) == 1:
            return "every requirement holds"
        fitting = [i for i, peer in enumerate(self.peers, 1) if not self._unmet(peer, pod)]
        return f"matches peer {' and peer '.join(map(str, fitting))}"

    def _unmet(self, peer: Peer, pod: Pod) -> list[Unmet]:
        return list(unmet_by_peer(self.cluster, self.inputs.home, peer, Endpoint(pod)))

    def _missed(self, unmet: Unmet, pod: Pod) -> str:
        if not isinstance(unmet.wants, Requirement):
            return f"is in {pod.namespace}, the policy is in {unmet.wants}"
        labels, whose, key = pod.labels, "has", unmet.wants.key
        if unmet.part is UnmetPart.NAMESPACE_LABELS:
            labels, whose = self.cluster.namespaces[pod.namespace].labels, "its namespace has"
        has = f"{key}={spelt(labels[key])}" if key in labels else f"no label {key}"
        return f"wants {unmet.wants}, {whose} {has}"

    @property
    def chosen(self) -> tuple[str, ...]:
        """The full names of the pods that match."""
        return tuple(str(mark.pod) for mark in self.marks if mark.matched)

    # ------------------------------------------------------------ in words

    @property
    def state(self) -> str:
        """What is shown, for programs that wait for it."""
        fields = self.inputs.written.items()
        written = (f"{name}: {' '.join(text.split())}" for name, text in fields)
        return "|".join([self.inputs.home, *written, f"{self.inputs.items}"])

    @property
    def title(self) -> str:
        """How many pods match."""
        verbs = {PEER: ("matches", "match"), SUBJECT: ("is selected", "are selected")}
        number, pods = len(self.chosen), counted(len(self.marks), "pod")
        return f"{number} of {pods} {plural(number, *verbs[self.inputs.role])}"

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that are at work, a sentence each."""
        return tuple(self._rules())

    def _rules(self) -> Iterator[str]:
        home, role = self.inputs.home, self.inputs.role
        if role == SUBJECT:
            yield f"A policy selects pods of its own namespace only, {home}."
        if len(self.peers) == 2:
            yield "Two peers are alternatives: matching one of them is enough (OR)."
        for peer in self.peers if role == PEER else ():
            if peer.namespace_selector is None:
                yield f"podSelector alone looks only in the policy's own namespace, {home}."
            elif peer.pod_selector is None:
                yield "namespaceSelector alone matches every pod in the matching namespaces."
            else:
                yield "Both selectors are in one peer, so both have to match (AND)."
        if NOTHING & set(map(str.strip, self.inputs.written.values())):
            yield _NULL[role]
        selectors = [one for peer in self.peers for one in selectors_of(peer).values()]
        if Selector() in selectors:
            yield "An empty selector, {}, matches everything it looks at."
        operators = {one.operator for selector in selectors for one in selector.requirements}
        for operator, sentence in _LACKING.items():
            if operator in operators:
                yield f"{operator}: {sentence}"

    @property
    def desc(self) -> str:
        """The picture in sentences."""
        return " ".join([*self.rules, *(f"{mark.label}." for mark in self.marks)])

    @property
    def text(self) -> str:
        """The selectors, the rules at work, and each pod."""
        rows = [(str(mark.pod), mark.verdict, mark.why) for mark in self.marks]
        pods = (f"  {line}" for line in in_columns(rows))
        where = f"A policy in namespace {self.inputs.home}: {self.title}."
        return "\n".join([where, *indent(self.inputs.yaml, "  ").splitlines(), *self.rules, *pods])

    def why(self, key: str) -> str:
        """Return what the selectors make of one pod; nothing for anything else."""
        found = (mark for mark in self.marks if mark.key == key)
        return "\n".join(line for mark in found for line in self._reasons(mark))

    def _reasons(self, mark: PodMark) -> Iterator[str]:
        pod = mark.pod
        yield f"{pod}: {mark.verdict}"
        yield f"  labels     {_spoken(pod.labels)}"
        yield f"  namespace  {_spoken(self.cluster.namespaces[pod.namespace].labels)}"
        for place, peer in enumerate(self.peers, 1):
            missed = "; ".join(self._missed(one, pod) for one in self._unmet(peer, pod))
            which = f"peer {place}" if len(self.peers) > 1 else "selector"
            yield f"  {which:<9}  {missed or 'every requirement holds'}"
        if mark.matched is None:
            yield f"  open       {mark.why}"

    @property
    def brief(self) -> str:
        """The rules at work."""
        return "\n".join([*self.rules, "Choose a pod to read why."])

    @cached_property
    def sheet(self) -> Sheet:
        """The picture."""
        frames = (self._frame(namespace) for namespace in self.cluster.namespaces.values())
        return lay_out(self.title, self._subtitle(), list(frames))

    def _frame(self, namespace: Namespace) -> NamespaceCards:
        home, name = self.inputs.home, namespace.name
        selectors = [namespaces_for(peer, home) for peer in self.peers]
        looked_at = any(matches(selector, namespace.labels) for selector in selectors)
        marks = tuple(mark for mark in self.marks if mark.pod.namespace == name)
        return NamespaceCards(namespace, name == home, looked_at, marks)

    def _subtitle(self) -> Iterator[str]:
        written = self.inputs.written
        both = {1: "and ", 2: "or "}[self.inputs.items] if len(written) == 2 else ""
        fields = ["podSelector", "namespaceSelector"][: 2 if self.inputs.role == PEER else 1]
        for place, field in enumerate(fields):
            value = " ".join(written[field].split()) or "null" if field in written else "absent"
            yield f"{both if place else ''}{field}: {value}"


def _spoken(labels: Labels) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items()) or "none"


# ---------------------------------------------------------------- the rules at work

_NULL = {
    PEER: "A selector that is null counts as absent.",
    SUBJECT: "In spec.podSelector, null is the same as {}.",
}
_LACKING = {
    Operator.NOT_IN: "what lacks the label altogether matches as well.",
    Operator.DOES_NOT_EXIST: "only what lacks the label matches.",
}
