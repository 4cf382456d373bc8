"""A live cluster, read through kubectl: the other door in. Nothing is ever written to it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

from netpol_lab.errors import (
    ClusterError,
    Complaint,
    Reason,
    UnknownNameError,
    did_you_mean,
    visible,
)
from netpol_lab.manifests.loader import read_all
from netpol_lab.manifests.text.programs import ask
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster

NEEDED = ("networkpolicies.networking.k8s.io", "pods")
HELPFUL = (
    *("services", "endpointslices.discovery.k8s.io", "endpoints"),  # where Services lead
    *("replicasets.apps", "jobs.batch"),  # whose pods are whose
)
NAMESPACES = "namespaces"
OTHER_POLICIES = (  # what they could decide is undefined
    "ciliumnetworkpolicies.cilium.io",
    "networkpolicies.crd.antrea.io",
    "networkpolicies.crd.projectcalico.org",
)
CLUSTER_WIDE = (  # the first three are evaluated; few clusters have any of them
    "adminnetworkpolicies.policy.networking.k8s.io",
    "baselineadminnetworkpolicies.policy.networking.k8s.io",
    "clusternetworkpolicies.policy.networking.k8s.io",
    "ciliumclusterwidenetworkpolicies.cilium.io",
    "clusternetworkpolicies.crd.antrea.io",
    "globalnetworkpolicies.crd.projectcalico.org",
)
WITHOUT_NAMESPACE = (NAMESPACES, "nodes")  # labels and addresses; often not allowed to everybody
_NO_SUCH_KIND = "doesn't have a resource type"


def from_kubectl(
    context: str | None = None,
    namespaces: Iterable[str] | None = None,
    timeout: float = 60,
    assumptions: Assumptions = DEFAULTS,
) -> Cluster:
    """Read the policies, pods and namespaces of a live cluster with ``kubectl get``.

    Parameters
    ----------
    context : str, optional
        A context of the kubeconfig; the current one when left out.
    namespaces : iterable of str, optional
        Only these namespaces; all of them when left out.
    timeout : float
        Seconds to wait for each answer.
    assumptions : Assumptions

    Returns
    -------
    Cluster
        Whatever else than policies and pods may not be read is left out, with a warning; so is a
        namespace in which nothing is, where nobody can say whether it exists.

    Raises
    ------
    ClusterError
        When kubectl is absent, doesn't answer, or may not read policies or pods.
    UnknownNameError
        When there is no namespace of a name that is given.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> cluster = lab.from_kubectl(namespaces=["shop"])  # doctest: +SKIP
    """
    if isinstance(namespaces, str):
        namespaces = [namespaces]
    chosen = None if namespaces is None else list(dict.fromkeys(namespaces))
    if chosen == []:
        raise ClusterError("no namespace is given: name some, or leave namespaces out for all.")
    if context == "" or "" in (chosen or ()):
        raise ClusterError("a context or namespace is empty: name one, or leave it out.")
    program = shutil.which("kubectl")
    if program is None:
        raise ClusterError(
            "kubectl is not on PATH. Install it, or save the output of "
            "`kubectl get ns,pods,netpol,svc,endpointslices -A -o yaml` and load that file."
        )
    command = [program, *([f"--context={context}"] if context else [])]
    texts, refused = [], []
    known: set[str] = set()
    questions = [*_questions(chosen)]
    for number, (kind, *scope) in enumerate(questions, 1):
        try:
            text = _get(command, kind, scope, timeout)
            if kind == NAMESPACES and chosen:
                known = _refuse_unknown(chosen, text)
            texts.append((f"kubectl get {kind}", text))
        except ClusterError as error:
            if kind in NEEDED:
                raise
            if kind in (*OTHER_POLICIES, *CLUSTER_WIDE) and _NO_SUCH_KIND in str(error):
                continue
            refused.append(_unread(kind, str(error)))
            if isinstance(error, _NoAnswerError):  # nor will it answer a dozen times more
                left = dict.fromkeys(kind for kind, *_ in questions[number:])
                refused += (_unread(kind, "no longer asked for") for kind in left)
                break
    # What a server has stored it has accepted, if under older rules (VAL-28, VAL-40).
    stored = replace(assumptions, strict_cidr=False)
    cluster = read_all(texts, strict=False, assumptions=stored)
    refused += map(_perhaps_nowhere, {*(chosen or ())} - known - {*cluster.namespaces})
    return replace(cluster, warnings=(*cluster.warnings, *refused))


class _NoAnswerError(ClusterError):
    """A kubectl that hangs, or never ends."""


def _unread(kind: str, why: str) -> Complaint:
    said = f"{kind} could not be read: {why}"
    return Complaint("", Reason.FORBIDDEN, said, file="<kubectl>", document=0)


def _questions(namespaces: list[str] | None) -> Iterator[tuple[str, ...]]:
    """Yield what to get, and the options that say where."""
    scopes = ["--all-namespaces"]
    if namespaces is not None:
        scopes = [f"--namespace={namespace}" for namespace in namespaces]
    yield from product((*NEEDED, *HELPFUL, *OTHER_POLICIES), scopes)
    yield from ((kind,) for kind in (*WITHOUT_NAMESPACE, *CLUSTER_WIDE))


def _refuse_unknown(chosen: list[str], text: str) -> set[str]:
    """Return the namespaces of a cluster, if those that are chosen are among them."""
    names = {*read_all([("kubectl get namespaces", text)], strict=False).namespaces}
    for name in chosen:
        if name not in names:
            said = f'the cluster has no namespace "{visible(name)}".'
            raise UnknownNameError(f"{said} {did_you_mean(name, names)}")
    return names


def _perhaps_nowhere(name: str) -> Complaint:
    said = (
        f"nothing is in the namespace {visible(name)}, if there is one: namespaces may not be read"
    )
    return Complaint("", Reason.FORBIDDEN, said, file="<kubectl>", document=0)


def _get(command: list[str], kind: str, scope: list[str], timeout: float) -> str:
    arguments = [*command, "get", kind, *scope, "--output=json"]
    try:
        answer = ask(arguments, f"kubectl get {kind}", timeout, None)
    except OSError as error:
        raise ClusterError(f"kubectl cannot be started: {error.strerror}") from None
    except ValueError:
        raise ClusterError(
            "a context or namespace holds a character not allowed in names"
        ) from None
    if answer.failure:
        raise _NoAnswerError(answer.failure)
    if answer.status:
        raise ClusterError(_why(kind, answer.said))
    if not answer.text.lstrip().startswith("{"):  # without a finding it prints an empty list
        printed = visible(answer.text.strip(), 200) or "nothing"
        raise ClusterError(
            f"kubectl ended well, but printed no JSON about {kind}: {printed}. Is it kubectl "
            "itself that PATH leads to?"
        )
    return answer.text


def _why(kind: str, said: str) -> str:
    """Return kubectl's complaint with what to do about it."""
    advice = {
        "Forbidden": f"you need permission to list {kind}, or name the namespaces you may read",
        "Unauthorized|You must be logged in": "log in to the cluster first",
        "context": "see `kubectl config get-contexts`",
        "connection refused|no such host": "is the cluster running, and is the context right?",
    }
    hints = [hint for sign, hint in advice.items() if re.search(sign, said, re.IGNORECASE)]
    return f"kubectl says: {said or 'nothing'}" + (f" ({hints[0]})" if hints else "")
