"""What a run of policy tests found: each expectation's outcome, and the numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from netpol_lab.errors import Complaint, counted

INLINE = "<text>"  # the name of what stands in no file of its own


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that does not hold.

    Parameters
    ----------
    file : str
    line : int
        Where the expectation is written; 0 if it is not about one line.
    message : str
        What was expected and what came instead.
    reasons : str
        The verdict's explanation; may be empty.

    Examples
    --------
    >>> print(Failure("shop.yaml", 6, "shop/web -> shop/db  TCP 80: expected denied, got allowed"))
    FAIL shop.yaml:6: shop/web -> shop/db  TCP 80: expected denied, got allowed
    """

    file: str
    line: int
    message: str
    reasons: str = ""

    def __str__(self) -> str:
        if self.file == INLINE:
            where = f"line {self.line} of your list" if self.line else "your list"
        else:
            where = f"{self.file}:{self.line}" if self.line else self.file
        reasons = "".join(f"\n    {line}" for line in self.reasons.splitlines()[1:])
        return f"FAIL {where}: {self.message}{reasons}"


class ExpectationOutcome(NamedTuple):
    """What became of one expectation.

    Parameters
    ----------
    file, case : str
        Where it is written, and the name of its case.
    name : str
        The expectation in words.
    failure : Failure, optional
        Why it does not hold.
    """

    file: str
    case: str
    name: str
    failure: Failure | None = None


@dataclass(repr=False)
class ExpectationReport:
    """What a run of expectations found; it prints as text.

    Parameters
    ----------
    cases, expectations, refusals : int
        How many were checked.
    outcomes : list of ExpectationOutcome
        In the order of the files.
    warnings : list of Complaint
        What was left out of the folders that tests name.

    Examples
    --------
    >>> ExpectationReport(cases=1, expectations=2)
    1 case, 2 expectations: all hold
    """

    cases: int = 0
    expectations: int = 0
    refusals: int = 0
    outcomes: list[ExpectationOutcome] = field(default_factory=list)
    warnings: list[Complaint] = field(default_factory=list)

    def add(self, file: str, case: str, name: str, failure: Failure | None = None) -> None:
        """Add what became of one expectation.

        Parameters
        ----------
        file, case, name : str
        failure : Failure, optional
            All as in `ExpectationOutcome`.

        Examples
        --------
        >>> report = ExpectationReport(cases=1)
        >>> report.add("shop.yaml", "", "can be run", Failure("shop.yaml", 0, "cannot be run"))
        >>> report.hold
        False
        """
        self.outcomes.append(ExpectationOutcome(file, case, name, failure))

    @property
    def failures(self) -> list[Failure]:
        """The expectations that do not hold, in the order of the files."""
        return [outcome.failure for outcome in self.outcomes if outcome.failure]

    @property
    def hold(self) -> bool:
        """Whether all expectations hold."""
        return not self.failures

    @property
    def summary(self) -> str:
        """One line for people and for scripts."""
        counts = [counted(self.cases, "case"), counted(self.expectations, "expectation")]
        if self.refusals:
            counts.append(counted(self.refusals, "refusal"))
        failed = len(self.failures)
        return f"{', '.join(counts)}: {f'{failed} FAILED' if failed else 'all hold'}"

    def as_data(self) -> dict[str, Any]:
        """Return what `netpol-lab test -o json` prints.

        Returns
        -------
        dict
            The numbers, a dict for each failure, and the warnings.

        Examples
        --------
        >>> data = ExpectationReport(cases=1, expectations=2).as_data()
        >>> data["expectations"], data["failures"]
        (2, [])
        """
        return {
            "cases": self.cases,
            "expectations": self.expectations,
            "refusals": self.refusals,
            "waiting": [],  # files of kinds that were not evaluated once; readers may ask for it
            "failures": [asdict(failure) for failure in self.failures],
            "warnings": [str(warning) for warning in self.warnings],
        }

    def __repr__(self) -> str:
        return "\n".join([*map(str, self.failures), self.summary])
