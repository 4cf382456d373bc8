"""Pods that the manifests do not show and that a selector may be about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.dns import OPENSHIFT
from netpol_lab.checks.lint.exclusions import EXCLUDES
from netpol_lab.checks.lint.meant import Hint, Knows
from netpol_lab.engine.semantics import holds, matches, only_namespace
from netpol_lab.errors import some
from netpol_lab.model.objects import Peer, Policy
from netpol_lab.model.pod_makers import PodMaker
from netpol_lab.model.selectors import ADDED_LABELS, Requirement, Selector


def may_be_unseen(context: Context, policy: Policy, peer: Peer) -> bool:
    """Say whether a peer that matches no running pod may be about others.

    They have finished, or something makes them: an operator, an installer, a workload at rest.
    """
    pods, homes = peer.pod_selector or Selector(), _homes(policy, peer)
    if any(map(_is_of_controllers, pods.requirements)):
        return True
    if any(map(_is_of_platforms, homes.requirements)):
        return True
    finished = (pod for pod in context.cluster.pods if pod.finished)
    return any(
        matches(pods, pod.labels) and matches(homes, context.labels_of(pod.namespace))
        for pod in finished
    ) or any(_may_make(maker, pods) for maker in _makers_in(context, homes))


def is_of_openshift(namespace: str) -> bool:
    """Say whether a namespace is one of OpenShift's own, where its operators make pods."""
    return namespace.startswith(OPENSHIFT)


def may_have_unseen_pods(context: Context, namespace: str) -> bool:
    """Say whether something makes pods in a namespace that the manifests do not show.

    An object there of a kind that nobody knows may do so.
    """
    makers = _makers_in(context, only_namespace(namespace))
    return is_of_openshift(namespace) or any(
        maker.certain or maker.namespace == namespace for maker in makers
    )


# Whose labels only controllers give to pods: solvers, bundles, builds, runners, databases.
_OF_CONTROLLERS = (
    "acme.cert-manager.io", "actions.github.com", "cnpg.io", "crunchydata.com", "k8s.elastic.co",
    "knative.dev", "kubevirt.io", "olm.managed", "operatorframework.io", "strimzi.io",
    "tekton.dev", "workflows.argoproj.io",
)  # fmt: skip
# In labels that OpenShift gives to namespaces of its own: of its router, of its monitoring.
_OF_PLATFORMS = "network.openshift.io/"


def _is_of_controllers(wanted: Requirement) -> bool:
    """Say whether a label is one that only a controller gives to the pods that it makes."""
    domain = wanted.key.partition("/")[0]
    return f".{domain}".endswith(tuple(f".{owner}" for owner in _OF_CONTROLLERS))


def _is_of_platforms(wanted: Requirement) -> bool:
    """Say whether a platform has namespaces with such a label: `name` has those of OpenShift."""
    named = wanted.key == "name" and bool(wanted.values)
    own = named and all(value.startswith(OPENSHIFT) for value in wanted.values)
    return own or _OF_PLATFORMS in wanted.key


def made_by(context: Context, policy: Policy, peer: Peer, hint: Hint) -> str:
    """Return what may well make the pods that a peer is about, in words; nothing if it is unknown.

    A Service is for them, or a workload there has the right to make pods; that counts only where a
    hint does not know better. No Service is an excuse for a label that stands on another thing.
    """
    if hint.knows is Knows.OWNER:
        return ""
    if service := served_by(context, policy, peer):
        return f"all is well if something makes such pods: {service} is for them"
    if hint.knows_better or not (peer.pod_selector or Selector()).requirements:
        return ""
    homes = _homes(policy, peer)
    makers = (
        f"{maker.kind} {maker.name}"
        for maker in context.cluster.pod_makers
        if maker.permitted
        and (not maker.namespace or matches(homes, context.labels_of(maker.namespace)))
    )
    if found := some(dict.fromkeys(makers), between=" or "):
        return f"all is well if {found} makes such pods, which its role allows"
    return unread_about(context, peer.pod_selector)


# What comes with charts and operators of others as a rule, and not with one's own manifests.
_INSTALLED = re.compile(
    r"alertmanager|argo-?cd|cassandra|cert-manager|clickhouse|consul|elasticsearch|etcd|falco|fluent"
    r"|grafana|influx|jaeger|kafka|keycloak|kibana|loki|mariadb|memcached|milvus|minio|mongo|mysql"
    r"|nats|neo4j|ollama|opensearch|opentelemetry|otel|postgres|prometheus|promtail|qdrant|rabbitmq"
    r"|redis|tempo|temporal|trivy|valkey|vault|weaviate|zookeeper"
)


def is_installed_elsewhere(context: Context, pods: Selector | None) -> bool:
    """Say whether a selector names a component that others make, and nothing here is called so.

    Where something is, its labels may be misspelt.
    """
    asked = [r for r in (pods or Selector()).requirements if r.operator not in EXCLUDES]
    lacking = [r for r in asked if not context.pod_index.labelled(Selector((r,)))]
    values = [value for r in lacking for value in r.values]
    named = [value for value in values if _INSTALLED.search(value)]
    return bool(named) and not any(value in name for value in named for name in context.names_here)


def unread_about(context: Context, pods: Selector | None) -> str:
    """Return that a file which is not read may make pods, in words, if it has all that is lacking.

    That is a template, a patch or the values of a chart in a folder: what it holds of the labels
    that are asked for and that no pod has.
    """
    asked = [r for r in (pods or Selector()).requirements if r.operator not in EXCLUDES]
    lacking = [r for r in asked if not context.pod_index.labelled(Selector((r,)))] or asked
    files = (
        file.name
        for file in context.cluster.unread
        if lacking and all(file.mentions(r.key, r.values) for r in lacking)
    )
    found = next(files, "")
    return f"all is well if {found}, which is not read, makes such pods" if found else ""


def unread_label(context: Context, wanted: Requirement) -> str:
    """Return a file that is not read and has a label of namespaces in it, with its value."""
    files = context.cluster.unread
    found = (f for f in files if wanted.key in f.words and f.mentions(wanted.key, wanted.values))
    return next((file.name for file in found), "")


def served_by(context: Context, policy: Policy, peer: Peer) -> str:
    """Return a Service that is for the pods a peer is about, if one asks for the same labels.

    Then the labels are no slip, and something else makes such pods.
    """
    asked = set((peer.pod_selector or Selector()).requirements)
    homes = _homes(policy, peer)
    return next(
        (
            f"Service {service}"
            for service in context.cluster.services
            if asked
            and service.selector is not None
            and asked <= set(service.selector.requirements)
            and matches(homes, context.labels_of(service.namespace))
        ),
        "",
    )


def _homes(policy: Policy, peer: Peer) -> Selector:
    return peer.namespace_selector or only_namespace(policy.namespace)


def _makers_in(context: Context, homes: Selector) -> Iterator[PodMaker]:
    for maker in context.cluster.pod_makers:
        if maker.permitted:
            continue
        if not maker.namespace or matches(homes, context.labels_of(maker.namespace)):
            yield maker


def _may_make(maker: PodMaker, wanted: Selector) -> bool:
    """Say whether a maker's pods may match: no label that is known says otherwise.

    Of a kind that nobody knows to make pods, only where the selector speaks of it.
    """
    told = (
        r
        for r in wanted.requirements
        if r.key in maker.labels or (maker.complete and r.key not in ADDED_LABELS)
    )
    if not all(holds(requirement, maker.labels) for requirement in told):
        return False
    return maker.certain or any(
        _speaks_of(maker, text)
        for r in wanted.requirements
        for text in (r.key.partition("/")[0] if "/" in r.key else r.key, *r.values)
    )


_LONG_ENOUGH = 4  # for a part of a kind's name to be no coincidence


def _speaks_of(maker: PodMaker, text: str) -> bool:
    """Say whether a key or value of a label has to do with an object: its kind, group or name."""
    text = text.lower()
    kind, _, group = maker.kind.lower().rstrip(")").partition(" (")
    name = maker.name.lower()
    if name and re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text):
        return True
    if "." in text and "." in group and f".{text}".endswith(_project(group)):
        return True
    return len(text) >= _LONG_ENOUGH and (text in kind or kind in text)


def _project(group: str) -> str:
    """Return the domain of the project that a group belongs to, with a dot before it."""
    return f".{'.'.join(group.split('.')[-2:])}"
