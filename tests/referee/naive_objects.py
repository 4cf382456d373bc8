"""The objects that the referee judges, as they are written: pods, those of workloads, Services."""

import functools
import ipaddress
import itertools

to_address = functools.cache(ipaddress.ip_address)


TIERS = "policy.networking.k8s.io/"
CLUSTER_WIDE = {  # with the tier of those kinds that write none
    (TIERS + "v1beta1", "ClusterNetworkPolicy"): None,
    (TIERS + "v1alpha2", "ClusterNetworkPolicy"): None,
    (TIERS + "v1alpha1", "AdminNetworkPolicy"): "Admin",
    (TIERS + "v1alpha1", "BaselineAdminNetworkPolicy"): "Baseline",
}


class Thing(dict):
    """An object as it is written, which goes by identity."""

    __hash__ = object.__hash__


def objects(documents, api_version, kind):
    """The objects of one kind by (namespace, name); the last of a name stands."""
    found = {}
    for document in flat(documents):
        if (document.get("apiVersion"), document.get("kind")) == (api_version, kind):
            name = document["metadata"].get("name") or len(found)
            found[namespace_of(document), name] = Thing(document)
    return found


WORKLOADS = {"Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1",
             "Job": "batch/v1", "CronJob": "batch/v1", "Rollout": "argoproj.io/v1alpha1",
             "DeploymentConfig": "apps.openshift.io/v1"}  # fmt: skip
UNKNOWN = {"Crane": "example.com/v1", "Rollout": "example.com/v1"}  # for all that nobody knows
GENERATED = {  # labels whose value the cluster makes up; those in one line have the same
    "Deployment": [["pod-template-hash"]],
    "StatefulSet": [["controller-revision-hash"]],
    "DaemonSet": [["controller-revision-hash"], ["pod-template-generation"]],
    "Job": [["controller-uid", "batch.kubernetes.io/controller-uid"]],
    "CronJob": [["controller-uid", "batch.kubernetes.io/controller-uid"]],
    "Rollout": [["rollouts-pod-template-hash"]],
    "DeploymentConfig": [["deployment"]],
}


def made_by_controllers(documents, pods):
    """The pods that workloads make, every single one, unless one of theirs runs already."""
    found = {}
    for kind, version in [*WORKLOADS.items(), *UNKNOWN.items()]:
        for (home, name), document in objects(documents, version, kind).items():
            if not any(is_of(pod, home, name) for pod in pods.values()):
                spec = document["spec"]
                template = spec.get("jobTemplate", {"spec": spec})["spec"]["template"]
                labels = labels_of(template | {"metadata": template.get("metadata") or {}})
                known = kind if WORKLOADS.get(kind) == version else None
                for pod_name, added, made_up in pods_to_make(known, name, spec, documents, labels):
                    owner = {"kind": kind, "name": name}
                    meta = {"name": pod_name, "namespace": home, "labels": labels | added}
                    found[home, pod_name] = Thing(
                        metadata=meta | {"ownerReferences": [owner]},
                        spec=template["spec"],
                        world=(home, name, made_up),
                    )
    return found


def at_once(pod, other):
    """Can there be both? All pods of a workload have the same made-up labels (SEM-68)."""
    one, two = ((pod or {}).get("world"), (other or {}).get("world"))
    if not one or not two or one[:2] != two[:2]:
        return True
    if isinstance(one[2], int):  # the number of a replica, whose labels may be any
        return one[2] != two[2] or pod["metadata"]["name"] == other["metadata"]["name"]
    return one == two


def is_of(pod, home, name):
    owners = pod["metadata"].get("ownerReferences") or []
    names = [owner["name"] for owner in owners] + [o["name"].rpartition("-")[0] for o in owners]
    return namespace_of(pod) == home and name in names and not completed(pod)


def pods_to_make(kind, name, spec, documents, written):
    """Their names, with the labels that the controller adds, and those whose value is made up."""
    if kind is None:
        for i, added in enumerate(anything_added(documents, written)):
            for number in range(spec.get("replicas", 1)):
                yield f"{name}-{i}-{number}", added, number
        return
    choices = [
        [
            (keys, value)
            for value in [None, *mentioned_values(documents, keys)]
            if value is None or kind != "DeploymentConfig" or is_numbered(value, name)
        ]
        for keys in GENERATED[kind]
        if is_mentioned(documents, keys)
    ]
    for chosen in itertools.product(*choices):
        words = [value for _, value in chosen if value]
        made_up = {key: value or "made-up" for keys, value in chosen for key in keys}
        for number, added in numbered(kind, name, spec):
            yield "-".join([name, *words, str(number)]), added | made_up, made_up


def is_numbered(value, name):
    """Can a DeploymentConfig's deployment be called so: its own name, a dash and a number?"""
    return value.startswith(f"{name}-") and value[len(name) + 1 :].isdecimal()


def anything_added(documents, written):
    """Every choice of labels that some selector asks for and that are not written (SEM-78)."""
    asked = {}
    for selector in selectors(documents):
        terms = selector.get("matchExpressions") or []
        for key, value in text_labels(selector.get("matchLabels")).items():
            asked.setdefault(key, {})[value] = None
        for term in terms:
            asked.setdefault(term["key"], {}).update(dict.fromkeys(term.get("values") or []))
    own = [label for labels in GENERATED.values() for names in labels for label in names]
    own += ["statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"]
    own += ["job-name", "batch.kubernetes.io/job-name", "deploymentconfig"]
    own += ["batch.kubernetes.io/job-completion-index"]
    choices = [
        [None, *((key, value) for value in [*values, "made-up"])]
        for key, values in asked.items()
        if key not in written and key not in own
    ]
    for chosen in itertools.product(*choices):
        yield dict(filter(None, chosen))


def numbered(kind, name, spec):
    """The numbers of a workload's pods, with the labels that tell one from another."""
    if kind == "StatefulSet":
        first = (spec.get("ordinals") or {}).get("start", 0)
        for i in range(first, first + spec.get("replicas", 1)):
            yield i, {"statefulset.kubernetes.io/pod-name": f"{name}-{i}",
                      "apps.kubernetes.io/pod-index": str(i)}  # fmt: skip
    elif kind in ("Job", "CronJob"):
        job = name if kind == "Job" else f"{name}-1"
        labels = {"job-name": job, "batch.kubernetes.io/job-name": job}
        work = spec.get("jobTemplate", {"spec": spec})["spec"]
        at_once = work.get("parallelism", 1)
        if work.get("completionMode") == "Indexed" and at_once:
            for i in range(work["completions"]):
                yield i + 1, labels | {"batch.kubernetes.io/job-completion-index": str(i)}
        else:
            for i in range(min(at_once, work.get("completions", at_once))):
                yield i + 1, labels
    elif kind == "DeploymentConfig":
        for i in range(spec.get("replicas", 0)):
            yield i + 1, {"deploymentconfig": name}
    else:
        ways = (spec.get("strategy") or {}).values()
        extra = [way.get("stableMetadata") or way.get("activeMetadata") or {} for way in ways]
        added = {k: v for one in extra for k, v in (one.get("labels") or {}).items()}
        for i in range(2 if kind == "DaemonSet" else spec.get("replicas", 1)):
            yield i + 1, added if kind == "Rollout" else {}


def selectors(documents):
    """Every selector of pods that is written anywhere."""
    for service in objects(documents, "v1", "Service").values():
        yield {"matchLabels": service["spec"].get("selector")}
    for policy in objects(documents, "networking.k8s.io/v1", "NetworkPolicy").values():
        spec = policy.get("spec") or {}
        yield spec.get("podSelector") or {}
        for rule in (spec.get("ingress") or []) + (spec.get("egress") or []):
            for peer in [*((rule or {}).get("from") or []), *((rule or {}).get("to") or [])]:
                yield peer.get("podSelector") or {}
    yield from selectors_of_tiers(documents)


def selectors_of_tiers(documents):
    """Every selector of pods in a cluster-wide policy."""
    for spec in (one["spec"] for one in cluster_wide(documents)):
        rules = (spec.get("ingress") or []) + (spec.get("egress") or [])
        ends = [end for rule in rules for end in rule.get("from") or rule["to"]]
        yield from (
            without_nulls((end.get("pods") or {}).get("podSelector"))
            for end in [spec["subject"], *ends]
        )


def is_mentioned(documents, keys):
    return any(
        key in text_labels(selector.get("matchLabels"))
        or key in [term["key"] for term in selector.get("matchExpressions") or []]
        for selector in selectors(documents)
        for key in keys
    )


def mentioned_values(documents, keys):
    found = {}
    for selector in selectors(documents):
        equal = text_labels(selector.get("matchLabels"))
        found |= {value: None for key, value in equal.items() if key in keys and value}
        for term in selector.get("matchExpressions") or []:
            found |= {value: None for value in term.get("values") or [] if term["key"] in keys}
    return list(found)


def cluster_wide(documents):
    """The cluster-wide policies; all versions of a kind are one, and the last of a name stands."""
    return {
        (document["kind"], document["metadata"]["name"]): document
        for document in filter(is_cluster_wide, flat(documents))
    }.values()


def is_cluster_wide(document):
    return (document.get("apiVersion"), document.get("kind")) in CLUSTER_WIDE


def without_nulls(selector):
    """A selector of a custom resource: a null label is dropped when it is stored."""
    labels = (selector or {}).get("matchLabels") or {}
    kept = {key: value for key, value in labels.items() if value is not None}
    return {**(selector or {}), "matchLabels": kept}


def flat(documents):
    for document in documents:
        kind = (document or {}).get("kind") or ""
        if kind.endswith("List"):
            common = {"apiVersion": document["apiVersion"], "kind": kind[:-4]}
            yield from flat([common | item for item in document.get("items") or []])
        elif document:
            yield document


def namespace_of(document):
    return document["metadata"].get("namespace") or "default"


def labels_of(document):
    return text_labels(document["metadata"].get("labels"))


def text_labels(labels):
    """A null value is an empty one, and a key that YAML takes for a boolean is text again."""
    written = (labels or {}).items()
    return {str(k).lower() if isinstance(k, bool) else k: value or "" for k, value in written}


def completed(pod):
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def node_of(pod):
    return (pod.get("spec") or {}).get("nodeName")


def on_host_network(pod):
    return bool((pod.get("spec") or {}).get("hostNetwork"))


def addresses(pod):
    status = pod.get("status") or {}
    texts = [entry["ip"] for entry in status.get("podIPs") or []] or [status.get("podIP")]
    return [to_address(text) for text in texts if text]


def owns(pod, end):
    """Is `end` an address of the pod? Pods on the host network share theirs with the node."""
    return end.pod is None and end.address in addresses(pod)
