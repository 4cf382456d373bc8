"""Labels, and the selectors that ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Labels = Mapping[str, str]

NAME_LABEL = "kubernetes.io/metadata.name"  # on every namespace, set by the server (SEM-25)

# Well-known labels that controllers write anew for every pod, or every revision of a workload.
REVISION_LABELS = (
    "batch.kubernetes.io/controller-uid",
    "controller-revision-hash",
    "controller-uid",
    "pod-template-generation",
    "pod-template-hash",
    "rollouts-pod-template-hash",
)
DEPLOYMENT_LABEL = "deployment"  # the revision of a DeploymentConfig; others use it as they like
REVISION_KEYS = (*REVISION_LABELS, DEPLOYMENT_LABEL)
PASSING_LABELS = (
    *REVISION_LABELS,
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-completion-index",
    "statefulset.kubernetes.io/pod-name",
)
JOB_NAME_LABELS = ("batch.kubernetes.io/job-name", "job-name")  # each run of a CronJob is a new Job
ADDED_LABELS = (*PASSING_LABELS, *JOB_NAME_LABELS)  # by controllers; nobody wrote them


def spelt(value: str) -> str:
    """Return a label's value as it reads, where an empty one would not be seen.

    Parameters
    ----------
    value : str

    Returns
    -------
    str

    Examples
    --------
    >>> spelt("db"), spelt("")
    ('db', '""')
    """
    return value or '""'


class Operator(StrEnum):
    """How a requirement compares a label (SEM-27 to SEM-30)."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on one label key.

    Parameters
    ----------
    key : str
    operator : Operator
    values : tuple of str
        For ``In`` and ``NotIn``; empty for the other operators.

    Examples
    --------
    >>> print(Requirement("role", Operator.IN, ("backend",)))
    role=backend
    >>> print(Requirement("tier", Operator.NOT_IN, ("db", "cache")))
    tier not in (db, cache)
    """

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        match self.operator:
            case Operator.EXISTS:
                return f"{self.key} (any value)"
            case Operator.DOES_NOT_EXIST:
                return f"no label {self.key}"
            case Operator.IN if len(self.values) == 1:
                return f"{self.key}={spelt(self.values[0])}"
            case Operator.IN:
                return f"{self.key} in ({', '.join(map(spelt, self.values))})"
            case _:
                return f"{self.key} not in ({', '.join(map(spelt, self.values))})"


@dataclass(frozen=True, slots=True)
class Selector:
    """A label selector: all requirements have to hold; none means everything.

    Parameters
    ----------
    requirements : tuple of Requirement
        A pair of `matchLabels` is In with one value, so both are kept in one form (SEM-26).

    Examples
    --------
    >>> print(Selector())
    everything
    """

    requirements: tuple[Requirement, ...] = ()

    def __str__(self) -> str:
        return ", ".join(map(str, self.requirements)) or "everything"


ANYTHING = Selector()  # asks for nothing
