"""Expectations about a cluster that is at hand: the format of policy tests, without a file."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lab.checks.expectations import Report, read_cases, run_case
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster, checked_cluster


@dataclass(frozen=True)
class Checked:
    """What came of some expectations; made by `expect`.

    Parameters
    ----------
    report : Report
    """

    report: Report

    @property
    def hold(self) -> bool:
        """Whether all of them hold."""
        return not self.report.failures

    def __str__(self) -> str:
        return "\n".join([*map(str, self.report.failures), self.report.summary])

    __repr__ = __str__


def expect(cluster: Cluster, text: str, assumptions: Assumptions = DEFAULTS) -> Checked:
    """Check what is expected of a cluster, as `netpol-lab test` does with files.

    Parameters
    ----------
    cluster : Cluster
    text : str
        YAML with ``expect``, and ``probe_ports`` and ``expect_default`` if wanted, as
        ``docs/testing.md`` describes it.
    assumptions : Assumptions

    Returns
    -------
    Checked
        Each expectation that does not hold, with its reasons, and the numbers.

    Raises
    ------
    ManifestError
        When the text is not in the format, with every complaint.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> wishes = '''
    ... expect:
    ... - {from: shop/backend, to: shop/db, port: 5432, allowed: true}
    ... - {from: shop/web, to: shop/db, port: 5432, allowed: false}
    ... '''
    >>> lab.expect(lab.load("three-tier"), wishes)
    1 case, 2 expectations: all hold
    """
    report = Report()
    for document, case in read_cases(f"{text}\n", "<text>", at_hand=True):
        run_case(document, case, checked_cluster(cluster), assumptions, report)
    return Checked(report)
