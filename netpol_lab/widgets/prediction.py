"""Predictions: the learner marks connections, and the verdicts' own reasons answer each miss.

Nothing about NetworkPolicy is decided here: a mark is compared with a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import ipywidgets

from netpol_lab.course import progress
from netpol_lab.course.practice.chapters import PRACTICE, Deal, deal
from netpol_lab.course.practice.generators import LEVELS
from netpol_lab.course.progress_file import Score
from netpol_lab.errors import FlowError, NetpolError, UnknownNameError, did_you_mean
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.pictures.notebook_text import Words
from netpol_lab.pictures.scene import Scene, compose
from netpol_lab.pictures.svg import paint
from netpol_lab.pictures.traffic import Arc, Node, Outside, State, Traffic, end_named
from netpol_lab.widgets.card import Card, button, fitted, heading, preformatted, replace_children
from netpol_lab.widgets.marking import MISSED, UNSEEN, in_a_grid, in_a_list

MOST_IN_A_LIST = 6  # connections; more are asked in a grid, where every pair is asked


@dataclass(frozen=True, slots=True)
class Tally:
    """How many marks were right when they were first checked, now and in all rounds.

    Parameters
    ----------
    right, of : int
        In this round; nothing before its first check.
    total_right, total_of, rounds : int
        In all rounds that were checked.

    Examples
    --------
    >>> Tally(2, 6, total_right=7, total_of=12, rounds=2)
    this round 2 of 6 right, 7 of 12 in 2 rounds
    """

    right: int = 0
    of: int = 0
    total_right: int = 0
    total_of: int = 0
    rounds: int = 0

    def __repr__(self) -> str:
        now = f"this round {self.right} of {self.of} right" if self.of else "not checked yet"
        total = f", {self.total_right} of {self.total_of} in {self.rounds} rounds"
        return f"{now}{total if self.rounds > bool(self.of) else ''}"

    def begun_again(self) -> Tally:
        """Return the same with a new round that was not checked yet."""
        return Tally(0, 0, self.total_right, self.total_of, self.rounds)

    def first_checked(self, right: int, of: int) -> Tally:
        """Return it with a round that was just checked; only the first check of one counts."""
        if self.of:
            return self
        return Tally(right, of, self.total_right + right, self.total_of + of, self.rounds + 1)


def predict(
    cluster: Cluster,
    port: int | None = None,
    protocol: str = "TCP",
    flows: Iterable[tuple[str, str]] | None = None,
    *,
    outside: Iterable[Outside] = (),
    assumptions: Assumptions = DEFAULTS,
    chapter: str = "",
) -> Prediction:
    """Return a form on which each connection is marked allowed or blocked, and then checked.

    Parameters
    ----------
    cluster : Cluster
    port : int, optional
    protocol : str
    flows : iterable of (str, str), optional
        Pairs of source and destination; when left out, every pair of the picture that Kubernetes
        does not leave open.
    outside : iterable of str or (str, str)
        Addresses outside the cluster, or (caption, address).
    assumptions : Assumptions
        What to take for granted where plugins differ.
    chapter : str
        A chapter's number, as ``"04"``: then a button deals other clusters about it, and the
        learner's progress keeps the score.

    Returns
    -------
    Prediction

    Raises
    ------
    UnknownNameError, AmbiguousNameError, FlowError
        When the question cannot be asked, or Kubernetes leaves its answer undefined.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> guess = lab.predict(lab.load("three-tier"), port=5432, flows=[("web", "db")])
    >>> guess.mark("web", "db", allowed=True)
    >>> guess.check()
    0 of 1 right on TCP 5432.
    <BLANKLINE>
    web -> db: you marked it allowed, it is blocked.
    shop/web -> shop/db  TCP 5432: denied
      egress   shop/web is not isolated for egress
      ingress  shop/db is isolated by shop/db-access-ingress; no rule admits shop/web
               closest: rule 1 wants role=backend, shop/web has role=web
    """
    if chapter and chapter not in PRACTICE:
        near = did_you_mean(str(chapter), PRACTICE)
        raise UnknownNameError(f'there is no chapter "{chapter}". {near}')
    scene = compose(cluster, port, protocol, outside=tuple(outside), assumptions=assumptions)
    return Prediction(cluster, scene, flows, chapter=chapter)


class Prediction(Card):
    """A form of connections to mark, a button to check them, and then the picture.

    Made by `predict`. Everything that the mouse can do, code can do as well.

    Parameters
    ----------
    cluster : Cluster
    scene : Scene
        What is revealed after the check.
    flows : iterable of (str, str), optional
    chapter : str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> lab.predict(lab.load("three-tier"), port=5432, flows=[("web", "db"), ("db", "web")])
    Predict TCP 5432: mark each connection allowed or blocked, then check.
      web -> db  not marked
      db -> web  not marked
    """

    def __init__(
        self,
        cluster: Cluster,
        scene: Scene,
        flows: Iterable[tuple[str, str]] | None = None,
        *,
        chapter: str = "",
    ) -> None:
        self._chapter, self._tally, self._dealt = chapter, Tally(), 0
        self._seen = progress.recorded().predictions.get(chapter, Score()).rounds
        self._about, self._title = ipywidgets.HTML(), ipywidgets.HTML()
        self._form = ipywidgets.VBox()
        self._answer, self._picture = ipywidgets.HTML(), ipywidgets.HTML()
        self._begin(cluster, scene, flows)
        check = ipywidgets.HBox([button("Check", self.check), *self._dealer()])
        check.layout.flex_flow = "row wrap"
        super().__init__([self._about, self._title, self._form, check, self._answer, self._picture])

    def _dealer(self) -> list[Any]:
        """Return the controls that make another cluster, where there is a chapter."""
        self._levels = ipywidgets.Dropdown(
            options=list(LEVELS), description="Level", layout=ipywidgets.Layout(width="190px")
        )
        return [button("Another one", self.another), self._levels] if self._chapter else []

    def _begin(
        self,
        cluster: Cluster,
        scene: Scene,
        flows: Iterable[tuple[str, str]] | None,
        about: Deal | None = None,
    ) -> None:
        """Ask about a cluster."""
        self._loaded, self._scene, self._deal = cluster, scene, about
        self._arcs = {_ends(arc): arc for arc in _asked(cluster, scene.traffic, flows)}
        names = _names(scene.traffic.nodes)
        self._captions = {ends: " -> ".join(names[end] for end in ends) for ends in self._arcs}
        in_grid = len(scene.arcs) == len(self._arcs) > MOST_IN_A_LIST
        form = (in_a_grid if in_grid else in_a_list)(self._captions, names)
        self._fields, self._frames, self._unmarked = form.fields, form.frames, form.unmarked
        self._said = ""
        self._about.value = _about_html(about) if about else ""
        self._title.value = heading(self._asking).value
        self._answer.value = self._picture.value = ""
        replace_children(self._form, [form.box])

    def another(self, level: str | None = None) -> Words:
        """Ask about another cluster of the same chapter.

        Parameters
        ----------
        level : str, optional
            ``easy``, ``medium`` or ``hard``; what is chosen in the form when left out.

        Returns
        -------
        Words
            The new cluster, and what is asked.

        Raises
        ------
        NetpolError
            When the form belongs to no chapter, or there is no such level.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> guess = lab.predict(lab.load("three-tier"), port=5432, chapter="01")
        >>> print(guess.another("hard").partition(":")[0])
        Hard
        """
        if not self._chapter:
            said = 'which chapter? Only lab.predict(..., chapter="04") makes other ones.'
            raise NetpolError(said)
        level = level or self._levels.value
        made = deal(self._chapter, level, self._seen + self._dealt + 1)
        self._dealt += 1
        self._levels.value = level
        scene = compose(made.cluster, made.port, made.protocol, outside=made.outside)
        self._tally = self._tally.begun_again()
        self._begin(made.cluster, scene, made.flows, made)
        return Words(self.words)

    @property
    def score(self) -> Tally:
        """How many marks were right when first checked, in this round and in all of them."""
        return self._tally

    def mark(self, source: str, destination: str, allowed: bool | None) -> None:
        """Mark one connection, or take its mark away with None.

        Parameters
        ----------
        source, destination : str
            Names of pods, or addresses and what they are called.
        allowed : bool or None

        Raises
        ------
        UnknownNameError, AmbiguousNameError, FlowError
            When this connection is not asked.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> guess = lab.predict(lab.load("three-tier"), port=5432, flows=[("web", "db")])
        >>> guess.mark("web", "db", allowed=False)
        >>> guess
        Predict TCP 5432: mark each connection allowed or blocked, then check.
          web -> db  blocked
        """
        field = self._fields[self._known(source, destination)]
        field.value = self._unmarked if allowed is None else State.of(allowed).value

    def check(self) -> Words:
        """Show how many marks are right, and for each wrong one why it is otherwise.

        While a connection is not marked, nothing is given away.

        Returns
        -------
        Words

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.predict(lab.load("three-tier"), port=5432, flows=[("web", "db")]).check()
        1 connection is not marked yet.
        """
        missing = len(self._fields) - len(self._marks)
        if missing:
            self._said = _unmarked(missing)
        else:
            self._count()
            self._said = "\n\n".join(self._answers())
            self._picture.value = fitted(paint(self._scene))
            self._frame_misses()
        self._answer.value = preformatted(self._said)
        return Words(self._said)

    def _count(self) -> None:
        """Keep the score of a round, at its first check."""
        if not self._tally.of and self._chapter:
            progress.record_prediction(self._chapter, self.right, len(self._fields))
        self._tally = self._tally.first_checked(self.right, len(self._fields))

    def _frame_misses(self) -> None:
        """Frame what was marked wrong; the answer names it, too."""
        for ends, mark in self._marks.items():
            wrong = mark != self._arcs[ends].state
            self._frames[ends].layout.border = MISSED if wrong else UNSEEN

    @property
    def right(self) -> int:
        """How many marks are right."""
        return sum(mark == self._arcs[ends].state for ends, mark in self._marks.items())

    @property
    def words(self) -> str:  # type: ignore[override]
        """The cluster if it was dealt, the connections with their marks, and the last answer."""
        width = max(map(len, self._captions.values()), default=0)
        lines = [
            f"  {caption:<{width}}  {self._marks.get(ends, 'not marked')}"
            for ends, caption in self._captions.items()
        ]
        dealt = [_about_text(self._deal), ""] if self._deal else []
        said = ["", self._said] if self._said else []
        return "\n".join([*dealt, self._asking, *lines, *said])

    @property
    def svg(self) -> str:  # type: ignore[override]
        """The picture, once all was marked and checked."""
        return paint(self._scene) if self._picture.value else ""

    @property
    def _asking(self) -> str:
        asked = self._scene.traffic.asked
        return f"Predict {asked}: mark each connection allowed or blocked, then check."

    @property
    def _marks(self) -> dict[tuple[str, str], str]:
        return {ends: field.value for ends, field in self._fields.items() if field.value}

    def _known(self, source: str, destination: str) -> tuple[str, str]:
        nodes = self._scene.traffic.nodes
        ends = tuple(end_named(self._loaded, nodes, name) for name in (source, destination))
        if ends not in self._arcs:
            spoken, offered = " -> ".join(ends), map(" -> ".join, self._arcs)
            raise UnknownNameError(f"{spoken} is not asked. {did_you_mean(spoken, offered)}")
        return ends[0], ends[1]

    def _answers(self) -> Iterator[str]:
        yield f"{self.right} of {len(self._fields)} right on {self._scene.traffic.asked}."
        for ends, mark in self._marks.items():
            arc = self._arcs[ends]
            if mark != arc.state:
                said = f"{self._captions[ends]}: you marked it {mark}, it is {arc.state}."
                yield f"{said}\n{arc.verdict}"
        if self._tally.rounds > 1:
            yield f"First tries: {self._tally}."


def _unmarked(missing: int) -> str:
    are = "connection is" if missing == 1 else "connections are"
    return f"{missing} {are} not marked yet."


def _about_text(made: Deal) -> str:
    return "\n\n".join(filter(None, [made.says, made.pods, made.policies]))


def _about_html(made: Deal) -> str:
    return preformatted(_about_text(made), role="note")


def _ends(arc: Arc) -> tuple[str, str]:
    return arc.source.name, arc.destination.name


def _asked(
    cluster: Cluster, traffic: Traffic, flows: Iterable[tuple[str, str]] | None
) -> Iterator[Arc]:
    """Yield the connections to be marked: those that have a right answer."""
    known = {_ends(arc): arc for arc in traffic.arcs}
    if flows is None:
        defined = [arc for arc in traffic.arcs if arc.state is not State.UNDEFINED]
        if not defined:
            raise FlowError(f"there is nothing to predict: {traffic.asked} leaves all open.")
        yield from defined
        return
    full = partial(end_named, cluster, traffic.nodes)
    for pair in flows:
        if isinstance(pair, str) or len(pair) != 2:
            raise FlowError(f"{pair!r} is not a pair of names: flows=[({_AN_EXAMPLE})].")
        ends = full(pair[0]), full(pair[1])
        if ends not in known:
            raise UnknownNameError(
                f"{' -> '.join(ends)} is not in the picture. {_hint(ends, known)}"
            )
        if known[ends].state is State.UNDEFINED:
            raise FlowError(f"Kubernetes leaves {' -> '.join(ends)} open: leave it out of `flows`.")
        yield known[ends]


_AN_EXAMPLE = '"web", "db"'


def _hint(ends: tuple[str, str], known: Iterable[tuple[str, str]]) -> str:
    drawn = {end for pair in known for end in pair}
    if missing := [end for end in ends if end not in drawn and parse_address(end)]:
        return f'Draw the address as well: outside=["{missing[0]}"].'
    return did_you_mean(" -> ".join(ends), map(" -> ".join, known))


def _names(nodes: Iterable[Node]) -> Mapping[str, str]:
    """Return the names to show: short ones, unless there is more than one namespace."""
    nodes = list(nodes)
    several = len({node.namespace for node in nodes} - {None}) > 1
    return {node.name: node.name if several and node.pod else node.caption for node in nodes}
