"""From texts to a Cluster: every object on its way, with all the complaints and warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from netpol_lab.errors import (
    MOST_COMPLAINTS,
    Complaint,
    ComplaintList,
    ManifestError,
    Reason,
    did_you_mean,
    plural,
    visible,
)
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.cluster_wide.channels import GROUP, Channel, channel_told
from netpol_lab.manifests.cluster_wide.definitions import KINDS as CLUSTER_WIDE
from netpol_lab.manifests.cluster_wide.definitions import VERSIONS
from netpol_lab.manifests.cluster_wide.stored import stored
from netpol_lab.manifests.cluster_wide.warnings import in_force_even_so, policy_warnings
from netpol_lab.manifests.decoding import Problem, decoder
from netpol_lab.manifests.field_paths import get
from netpol_lab.manifests.kinds import KINDS, broken_apart, kind_problems
from netpol_lab.manifests.named_objects import TWICE, NamedObjects
from netpol_lab.manifests.other_policies import other_policy
from netpol_lab.manifests.passed_over import Meaning, PassedOver, complaints, kind_of, numbers
from netpol_lab.manifests.pods.custom_kinds import is_known, workload_in
from netpol_lab.manifests.pods.missing_pods import MissingPods
from netpol_lab.manifests.pods.workloads import kind_of_custom
from netpol_lab.manifests.repeated_fields import merged, repeated_fields
from netpol_lab.manifests.services.callbacks import callbacks_in
from netpol_lab.manifests.services.named_services import backends_in, mentions_in
from netpol_lab.manifests.text.files import ManifestText, Origin
from netpol_lab.manifests.text.originals import original_of
from netpol_lab.manifests.text.sources import scenario_text, scenarios
from netpol_lab.manifests.text.strays import in_brief, sort_out
from netpol_lab.manifests.text.yaml_reader import (
    WHOLE,
    Document,
    Inset,
    documents,
    forget_positions,
)
from netpol_lab.manifests.to_model import DEFAULT_NAMESPACE, build
from netpol_lab.manifests.validation.objects import warnings
from netpol_lab.manifests.validation.older_servers import is_stored, judged
from netpol_lab.manifests.written_objects import WrittenObject
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.callbacks import Callback
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import ClusterPolicy
from netpol_lab.model.named_services import Backend, Mention
from netpol_lab.model.objects import Policy
from netpol_lab.model.other_policies import OtherPolicy

MOST_LISTS = 20  # steps of a path: each list within a list takes two
INLINE = ("scenario", "manifests")  # where a file of an exercise has its pods from


def is_exercise(value: Any) -> bool:
    """Say whether a document is an exercise (docs/exercises.md), which holds manifests as text."""
    is_object = not isinstance(value, dict) or "kind" in value or "apiVersion" in value
    return not is_object and any(map(value.get, INLINE)) and ("goal" in value or "story" in value)


_NO_TEXT = ManifestText("", "")


@dataclass
class ManifestReader:
    """Collects objects and complaints from any number of texts."""

    assumptions: Assumptions
    strict: bool = True
    older: bool = False
    partly: bool = False
    objects: NamedObjects = field(default_factory=lambda: NamedObjects(DEFAULT_NAMESPACE))
    channel: Channel | None = None
    complaints: ComplaintList = field(default_factory=ComplaintList)
    refused: list[Complaint] = field(default_factory=list)
    warnings: list[Complaint] = field(default_factory=list)
    strays: list[Complaint] = field(default_factory=list)
    dropped: list[Complaint] = field(default_factory=list)
    passed_over: Counter[PassedOver] = field(default_factory=Counter)
    missing: MissingPods = field(default_factory=MissingPods)
    unbuilt: set[str] = field(default_factory=set)
    callbacks: list[Callback] = field(default_factory=list)
    backends: list[Backend] = field(default_factory=list)
    mentions: dict[tuple[str, str, str], list[Mention]] = field(default_factory=dict)
    other_policies: dict[tuple[str, ...], OtherPolicy] = field(default_factory=dict)
    cluster_wide: list[tuple[WrittenObject, ManifestText]] = field(default_factory=list)
    channels: dict[str, Channel] = field(default_factory=dict)  # as definitions tell, by kind
    written: dict[tuple[str, ...], WrittenObject] = field(default_factory=dict)
    untold: Counter[tuple[str, str]] = field(default_factory=Counter)  # what is left out of a file
    text: ManifestText = _NO_TEXT  # that is being read

    @property
    def usual(self) -> str:
        """Where an object belongs that names no namespace."""
        return self.text.namespace or self.objects.namespace

    def read_text(self, text: ManifestText) -> None:
        """Read a text; what is only found in a folder is passed over if it is no manifest."""
        self.warnings += text.notes
        self.complaints += text.faults
        self.unbuilt |= {*text.unbuilt}
        self.text = text
        if text.origin is Origin.LEFT_OUT:
            self.missing.leave_out(text)
            return
        if text.origin is not Origin.FOUND:
            self.read(text.text, text.name)
            return
        found, broken, passed_over = sort_out(*documents(text.text, text.name), text)
        self.strays += passed_over
        if passed_over:
            self.missing.pass_by(text)
        if self.partly:
            broken, harmless = broken_apart(broken, text.text)
            self.refused += harmless
        self._read_documents(found, broken, WHOLE)

    def read(self, text: str, file: str, inset: Inset = WHOLE) -> None:
        """Read a text that is YAML or JSON."""
        self._read_documents(*documents(text, file, inset), inset)

    def _read_documents(self, found: list[Document], broken: list[Complaint], inset: Inset) -> None:
        self.complaints += broken
        for document in found:
            if document.dropped:  # VAL-41
                self.warnings.append(document.dropped)
            if is_exercise(document.value) and inset is WHOLE:
                self.take_in(document, *INLINE)
            else:
                self._read_object(WrittenObject(document, document.value))

    def take_in(self, document: Document, *names: str) -> None:
        """Read the manifests that some fields of a file hold as text, or name."""
        for name in names:
            text = document.value.get(name)
            if not isinstance(text, str):
                continue
            if name != "scenario":
                inset = document.inset((name,), text)
                within = document.file if inset else f"{document.file} ({name})"
                self.read(text, within, inset or WHOLE)
            elif text in scenarios():
                self.read(scenario_text(text), f"{text}.yaml")
            else:
                said = f'there is no packaged scenario "{visible(text)}"'
                problem = Problem((name,), Reason.INVALID, said, did_you_mean(text, scenarios()))
                self._refuse(WrittenObject(document, None), problem)

    def _refuse(self, found: WrittenObject, *problems: Problem) -> None:
        is_found = self.text.origin is not Origin.NAMED
        is_spared = self.partly and is_found and self.missing.refuse(found.value, self.usual)
        refused = self.refused if is_spared else self.complaints
        told = problems if is_spared else problems[: self.complaints.room]
        refused += map(found.complaint, told)
        self.untold[found.document.file, "complaint"] += len(problems) - len(told)

    def _read_object(self, found: WrittenObject) -> None:
        """Take in one object, or each item of a List (VAL-41)."""
        value, kind = found.value, get(found.value, "kind")
        if value is None:
            return
        if len(found.path) > MOST_LISTS:
            self._refuse(found, Problem((), Reason.INVALID, "lists within lists within lists"))
        elif not isinstance(value, dict):
            said = "is not an object: must be a mapping with kind"
            hint = "an object begins with lines such as apiVersion: v1 and kind: Pod"
            problem = Problem(found.path, Reason.TYPE, said, hint)
            self._refuse(WrittenObject(found.document, value), problem)
        elif isinstance(kind, str) and kind and "items" in value:
            self._read_items(found)
        elif not self.complaints.room:
            self.untold[found.document.file, "object"] += 1
        elif problems := list(kind_problems(value, self.strict, found.document.text)):
            self._refuse(found, *problems)
        elif (kind, value["apiVersion"]) in KINDS:
            self._take(found)
        elif (kind, value["apiVersion"]) in CLUSTER_WIDE:
            self.cluster_wide.append((found, self.text))
        else:
            self._pass_over(found)

    def _read_items(self, found: WrittenObject) -> None:
        """Take in what is in a list, which is any object with items to kubectl (VAL-41)."""
        value, items = found.value, found.value["items"] or []
        if not isinstance(items, list):
            self._refuse(found, Problem(("items",), Reason.TYPE, "must be a list"))
            return
        if not value["kind"].endswith("List"):
            if not items:
                self._refuse(found, _NO_OBJECTS)
            else:
                self.warnings.append(found.complaint(_ONLY_ITEMS))
        kind = value["kind"].removesuffix("List")
        inherited = {"apiVersion": value.get("apiVersion"), "kind": kind} if kind else {}
        for i, item in enumerate(items):
            is_bare = isinstance(item, dict) and not item.get("kind") and not item.get("apiVersion")
            whole = {**item, **inherited} if is_bare else item
            self._read_object(WrittenObject(found.document, whole, (*found.path, "items", i)))

    def _take(self, found: WrittenObject) -> None:
        value, kind = found.value, found.value["kind"]
        cls, document = KINDS[kind, value["apiVersion"]], found.document
        if not self.strict and document.is_json and document.repeats:
            value = merged(document.text, found.path, cls)
        if kind == "NetworkPolicy" and get(value, "metadata", "uid"):
            # Old servers gave their policies a status (VAL-42).
            value = {key: part for key, part in value.items() if key != "status"}
        problems: list[Problem] = []
        decoded = decoder(cls)(value, (), problems)
        problems.sort(key=_by_name)  # kubectl sends the fields sorted, so the server's are (VAL-08)
        if kind != "NetworkPolicy":  # their metadata is open as they are
            problems = [p for p in problems if p.reason is not Reason.UNKNOWN]
        problems += repeated_fields(document, found.path)
        if not self.strict:  # drop the rest and go on
            lost = [p for p in problems if p.reason in (Reason.UNKNOWN, Reason.DUPLICATE)]
            self.dropped += map(found.complaint, lost)
            problems = [problem for problem in problems if problem not in lost]
        strict_cidr = self.assumptions.strict_cidr
        refused, warned = judged(decoded, strict_cidr, self.older)
        if problems := problems or refused:
            self._refuse(found, *problems)
            return
        self.warnings += map(found.complaint, (*warned, *warnings(decoded, strict_cidr)))
        self._keep(found, kind, decoded)

    def _take_all_cluster_wide(self) -> None:
        """Take in the cluster-wide policies, now that all definitions are known."""
        for found, text in self.cluster_wide:
            self.text = text
            if self.complaints.room:
                self._take_cluster_wide(found)
            else:
                self.untold[found.document.file, "object"] += 1

    def _take_cluster_wide(self, found: WrittenObject) -> None:
        """Take in a cluster-wide policy, by the definition that its cluster has.

        What a server has stored holds only fields that its definition knows, and is in force.
        """
        value, kind = found.value, found.value["kind"]
        in_force = is_stored(decoder(api.ObjectMeta)(value.get("metadata"), (), []))
        usual = Channel.EXPERIMENTAL if in_force else Channel.STANDARD
        channel = self.channel or self.channels.get(kind, usual)
        older = in_force or self.older or not self.assumptions.strict_cidr
        policy, unknown, refused = stored(value, channel, older)
        unknown += repeated_fields(found.document, found.path)
        if in_force:
            if problems := [p for p in (*unknown, *refused) if p.path[:1] in ((), ("spec",))]:
                self.warnings += map(found.complaint, in_force_even_so(problems))
                self._leave_open(other_policy(value))
                return
            unknown, refused = [], []
        if not self.strict:
            self.dropped += map(found.complaint, unknown)
            unknown = []
        if problems := unknown or refused:
            self._refuse(found, *problems)
            return
        self.warnings += map(found.complaint, policy_warnings(policy, value))
        self._keep(found, kind, policy)

    def _pass_over(self, found: WrittenObject) -> None:
        value, kind = found.value, kind_of(found.value)
        if workload := workload_in(value, kind):
            self._keep(found, kind_of_custom(kind.kind, kind.group), workload)
            if not is_known(kind):
                self.passed_over[kind._replace(meaning=Meaning.TEMPLATE)] += 1
            return
        self.passed_over[kind] += 1
        self.channels |= channel_told(value)
        usual = self.usual
        self.missing.pass_over(value, kind, usual)
        self.callbacks += callbacks_in(value)
        self.backends += backends_in(value, usual)
        if kind.meaning is Meaning.POLICY:
            policy = other_policy(value, usual)
            self.other_policies[kind.group, policy.kind, policy.namespace, policy.name] = policy

    def _keep(self, found: WrittenObject, kind: str, thing: Any) -> None:
        """Keep an object under its name, and warn if it replaces another."""
        build = found.document.file if self.text.origin is Origin.BUILT else ""
        home = "" if kind in VERSIONS else self.text.namespace
        is_found = self.text.origin is not Origin.NAMED
        name, replaces = self.objects.keep(kind, thing, build, home, is_found)
        self.warnings += map(found.complaint, [TWICE] if replaces else [])
        self.mentions[kind, *name] = [*mentions_in(found.value, kind, *name)]
        if kind in ("NetworkPolicy", *VERSIONS):
            original = original_of(found.value, self.text.originals)
            self.written[kind, *name] = found.for_places(original)

    def cluster(self) -> Cluster:
        """Return what was read, or raise every complaint."""
        self._take_all_cluster_wide()
        forget_positions()
        if self.complaints:
            found = dict.fromkeys((*self.complaints, *self.refused))
            in_order = sorted(found, key=lambda c: (c.file, c.document))
            raise ManifestError([*in_order, *_rest(self.untold)])
        self.warnings += (*self.objects.rivalries(), *in_brief(self.strays))
        objects = self.objects.by_kind
        replaced = frozenset(
            f"{kind} {old.metadata.namespace}/{old.metadata.name}"
            for kind, old, new in self.objects.variants()
            if self.missing.replace(kind, old, new)
        )
        cluster = build({kind: list(alike.values()) for kind, alike in objects.items()})
        names = self._names(cluster)
        places = {policy: self.written[name] for policy, name in names.items()}
        unusable = (policy for policy in cluster.cluster_policies if not policy.is_usable)
        self.passed_over += Counter(PassedOver(p.kind, GROUP, Meaning.OF_NO_USE) for p in unusable)
        return replace(
            cluster,
            other_policies=tuple(self.other_policies.values()),
            warnings=(*self.warnings, *complaints(self.passed_over)),
            dropped=tuple(self.dropped),
            refused=tuple(self.refused),
            ignored=numbers(self.passed_over),
            pod_makers=(*cluster.pod_makers, *self.missing.all(objects)),
            unread=tuple(self.missing.unread),
            replaced=replaced,
            unbuilt=frozenset(self.unbuilt),
            callbacks=tuple(dict.fromkeys(self.callbacks)),
            backends=tuple(dict.fromkeys(self.backends)),
            mentions=tuple(dict.fromkeys(chain.from_iterable(self.mentions.values()))),
            sources={policy: found.place for policy, found in places.items()},
            texts={policy: found.text for policy, found in places.items() if found.text},
            originals={p: found.original for p, found in places.items() if found.original},
            specs={p: objects[kind][home, name].spec for p, (kind, home, name) in names.items()},
        )

    def _leave_open(self, policy: OtherPolicy) -> None:
        """Take a cluster-wide policy for one of which nobody knows what it decides (ANP-20)."""
        self.other_policies["", policy.kind, policy.name] = policy
        self.passed_over[PassedOver(policy.kind, GROUP, Meaning.UNCLEAR)] += 1

    def _names(self, cluster: Cluster) -> dict[Policy | ClusterPolicy, tuple[str, str, str]]:
        """Return the kind, namespace and name under which each policy is kept."""
        nowhere = self.objects.namespace  # where what is in no namespace is kept
        return {
            **{p: ("NetworkPolicy", p.namespace, p.name) for p in cluster.policies},
            **{p: (p.kind, nowhere, p.name) for p in cluster.cluster_policies},
        }


def _rest(untold: Counter[tuple[str, str]]) -> Iterator[Complaint]:
    """Yield how much of each file nothing is said about."""
    for file in dict.fromkeys(file for (file, _), number in untold.items() if number):
        numbers = ((untold[file, what], what) for what in ("complaint", "object"))
        more = " and ".join(f"{n:,} more {plural(n, what)}" for n, what in numbers if n)
        said = f"{more}: reading ends after {MOST_COMPLAINTS:,} complaints"
        yield Complaint("", Reason.NOT_READ, said, "", file, 0)


def _by_name(problem: Problem) -> list[tuple[bool, str | int]]:
    return [(isinstance(step, int), step) for step in problem.path]


_IS_A_LIST = "an object with items is a list to kubectl, which takes only what is in it: "
_NO_OBJECTS = Problem(
    ("items",),
    Reason.INVALID,
    "no objects passed to create",
    f"{_IS_A_LIST}leave items out",
    of_key=True,
)
_ONLY_ITEMS = Problem(
    ("items",),
    Reason.UNSUPPORTED,
    "the rest of this object is passed over",
    f"{_IS_A_LIST}put the object itself into a document of its own",
    of_key=True,
)
