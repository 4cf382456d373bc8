"""Predictions: the learner marks connections, and the verdicts' own reasons answer each miss.

Nothing about NetworkPolicy is decided here: a mark is compared with a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import ipywidgets

from netpol_lab.course import progress
from netpol_lab.course.practice.chapters import PRACTICE, deal
from netpol_lab.course.practice.generators import LEVELS
from netpol_lab.course.progress_file import Score
from netpol_lab.errors import FlowError, NetpolError, UnknownNameError, did_you_mean
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.pictures.nodes import Node, Outside, end_named
from netpol_lab.pictures.notebook_text import Words, breakable
from netpol_lab.pictures.scene import Scene, compose
from netpol_lab.pictures.svg import paint
from netpol_lab.pictures.traffic import Arc, State, Traffic
from netpol_lab.widgets.card import Card, button, fitted, heading, preformatted, replace_children

MOST_IN_A_LIST = 6  # connections; more are asked in a grid, where every pair is asked
CHOICES = (State.ALLOWED.value, State.BLOCKED.value)
MISSED, UNSEEN = "2px solid #d55e00", "2px solid #0000"  # frames around a mark
UNMARKED = ""  # in a grid; None would be no choice at all: an empty field in place of its "?"
Pair = tuple[str, str]  # the names of a source and a destination


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
        return replace(self, right=0, of=0)

    def checked(self, right: int, of: int) -> Tally:
        """Return it with a round that was just checked for the first time."""
        return Tally(right, of, self.total_right + right, self.total_of + of, self.rounds + 1)


def predict(
    cluster: Cluster,
    port: int | None = None,
    protocol: str = "TCP",
    flows: Iterable[Pair] | None = None,
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
    return Prediction(cluster, scene, flows, chapter)


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

    Attributes
    ----------
    score : Tally
        How many marks were right when first checked, in this round and in all of them.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> lab.predict(lab.load("three-tier"), port=5432, flows=[("web", "db"), ("db", "web")])
    Predict TCP 5432: mark each connection allowed or blocked, then check.
      web -> db  not marked
      db -> web  not marked
    """

    def __init__(
        self, cluster: Cluster, scene: Scene, flows: Iterable[Pair] | None, chapter: str
    ) -> None:
        self._chapter, self.score = chapter, Tally()
        self._seed = progress.recorded().predictions.get(chapter, Score()).rounds
        self._about, self._title, self._answer, self._picture = (
            ipywidgets.HTML() for _ in range(4)
        )
        self._body = ipywidgets.VBox()
        self._levels = ipywidgets.Dropdown(
            options=list(LEVELS), description="Level", layout=ipywidgets.Layout(width="190px")
        )
        self._begin(cluster, scene, flows)
        dealing = [button("Another one", self.another), self._levels] if chapter else []
        buttons = ipywidgets.HBox([button("Check", self.check), *dealing])
        buttons.layout.flex_flow = "row wrap"
        above, below = (self._about, self._title, self._body), (self._answer, self._picture)
        super().__init__([*above, buttons, *below])

    def _begin(
        self, cluster: Cluster, scene: Scene, flows: Iterable[Pair] | None, dealt: str = ""
    ) -> None:
        self._loaded, self._scene, self._dealt, self._said = cluster, scene, dealt, ""
        self._arcs = {_ends(arc): arc for arc in _asked(cluster, scene.traffic, flows)}
        names = _names(scene.traffic.nodes)
        self._captions = {pair: " -> ".join(names[end] for end in pair) for pair in self._arcs}
        in_grid = len(scene.arcs) == len(self._arcs) > MOST_IN_A_LIST
        self._form = (in_a_grid if in_grid else in_a_list)(self._captions, names)
        self._about.value = preformatted(dealt, role="note")
        self._title.value = heading(self._asking).value
        self._answer.value = self._picture.value = ""
        replace_children(self._body, [self._form.box])

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
        made = deal(self._chapter, level, self._seed + 1)
        self._seed += 1
        self._levels.value = level
        scene = compose(made.cluster, made.port, made.protocol, outside=made.outside)
        self.score = self.score.begun_again()
        dealt = "\n\n".join(filter(None, [made.says, made.pods, made.policies]))
        self._begin(made.cluster, scene, made.flows, dealt)
        return Words(self.words)

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
        field = self._form.fields[self._known(source, destination)]
        field.value = self._form.unmarked if allowed is None else State.of(allowed).value

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
        missing = len(self._arcs) - len(self._marks)
        if missing:
            are = "connection is" if missing == 1 else "connections are"
            self._said = f"{missing} {are} not marked yet."
        else:
            if not self.score.of:  # the first check of a round counts
                self.score = self.score.checked(self.right, len(self._arcs))
                if self._chapter:
                    progress.record_prediction(self._chapter, self.right, len(self._arcs))
            self._said = "\n\n".join(self._answers())
            self._picture.value = fitted(paint(self._scene))
            for pair, mark in self._marks.items():  # the answer names what is wrong, too
                border = UNSEEN if mark == self._arcs[pair].state else MISSED
                self._form.frames[pair].layout.border = border
        self._answer.value = preformatted(self._said)
        return Words(self._said)

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
        dealt = [self._dealt, ""] if self._dealt else []
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
    def _marks(self) -> dict[Pair, str]:
        return {ends: field.value for ends, field in self._form.fields.items() if field.value}

    def _known(self, source: str, destination: str) -> Pair:
        nodes = self._scene.traffic.nodes
        pair = end_named(self._loaded, nodes, source), end_named(self._loaded, nodes, destination)
        if pair not in self._arcs:
            spoken, offered = " -> ".join(pair), map(" -> ".join, self._arcs)
            raise UnknownNameError(f"{spoken} is not asked. {did_you_mean(spoken, offered)}")
        return pair

    def _answers(self) -> Iterator[str]:
        yield f"{self.right} of {len(self._arcs)} right on {self._scene.traffic.asked}."
        for ends, mark in self._marks.items():
            arc = self._arcs[ends]
            if mark != arc.state:
                said = f"{self._captions[ends]}: you marked it {mark}, it is {arc.state}."
                yield f"{said}\n{self._scene.traffic.verdict(arc)}"
        if self.score.rounds > 1:
            yield f"First tries: {self.score}."


def _ends(arc: Arc) -> Pair:
    return arc.source.name, arc.destination.name


def _asked(cluster: Cluster, traffic: Traffic, flows: Iterable[Pair] | None) -> Iterator[Arc]:
    """Yield the connections to be marked: those that have a right answer."""
    known = {_ends(arc): arc for arc in traffic.arcs}
    if flows is None:
        defined = [arc for arc in traffic.arcs if arc.state is not State.UNDEFINED]
        if not defined:
            raise FlowError(f"there is nothing to predict: {traffic.asked} leaves all open.")
        yield from defined
        return
    for pair in flows:
        if isinstance(pair, str) or len(pair) != 2:
            raise FlowError(f'{pair!r} is not a pair of names: flows=[("web", "db")].')
        source, destination = (end_named(cluster, traffic.nodes, name) for name in pair)
        ends = source, destination
        if ends not in known:
            raise UnknownNameError(
                f"{' -> '.join(ends)} is not in the picture. {_hint(ends, known)}"
            )
        if known[ends].state is State.UNDEFINED:
            raise FlowError(f"Kubernetes leaves {' -> '.join(ends)} open: leave it out of `flows`.")
        yield known[ends]


def _hint(ends: Pair, known: Iterable[Pair]) -> str:
    drawn = {end for pair in known for end in pair}
    if missing := [end for end in ends if end not in drawn and parse_address(end)]:
        return f'Draw the address as well: outside=["{missing[0]}"].'
    return did_you_mean(" -> ".join(ends), map(" -> ".join, known))


def _names(nodes: Iterable[Node]) -> Mapping[str, str]:
    """Return the names to show: short ones, unless there is more than one namespace."""
    nodes = list(nodes)
    several = len({node.namespace for node in nodes} - {None}) > 1
    return {node.name: node.name if several and node.pod else node.caption for node in nodes}


# ---------------------------------------------------------------- forms


class Form(NamedTuple):
    """What takes the mark of each connection, what is framed if it is wrong, and all of it."""

    fields: dict[Pair, Any]
    frames: dict[Pair, Any]
    box: Any
    unmarked: str | None  # the value of a field without a mark


def in_a_list(captions: Mapping[Pair, str], names: Mapping[str, str]) -> Form:
    """Return a pair of radio buttons for each connection."""
    fields = {
        pair: ipywidgets.RadioButtons(
            options=CHOICES,
            value=None,
            description=caption,
            tooltip=caption,  # without one, the mouse over the caption says "null"
            orientation="horizontal",
            layout=ipywidgets.Layout(width="auto"),
        )
        for pair, caption in captions.items()
    }
    columns = "repeat(auto-fill, minmax(230px, 1fr))"
    layout = ipywidgets.Layout(grid_template_columns=columns)
    return Form(fields, fields, ipywidgets.GridBox([*fields.values()], layout=layout), None)


def in_a_grid(captions: Mapping[Pair, str], names: Mapping[str, str]) -> Form:
    """Return a list to choose from for each connection: sources as rows, destinations across."""
    fields = {
        pair: ipywidgets.Dropdown(
            options=[("?", UNMARKED), *((word, word) for word in CHOICES)],
            tooltip=caption,
            layout=ipywidgets.Layout(width="auto", min_width="0"),
        )
        for pair, caption in captions.items()
    }
    frames = {
        pair: ipywidgets.VBox([field], layout=ipywidgets.Layout(border=UNSEEN, overflow="hidden"))
        for pair, field in fields.items()
    }
    cells = [_label("from \\ to"), *map(_label, names.values())]
    for source in names:
        cells.append(_label(names[source]))
        cells += [frames.get((source, end)) or _label("") for end in names]
    columns = f"minmax(90px, max-content) repeat({len(names)}, minmax(96px, 1fr))"
    layout = ipywidgets.Layout(
        grid_template_columns=columns, align_items="flex-start", overflow="auto", width="100%"
    )
    return Form(fields, frames, ipywidgets.GridBox(cells, layout=layout), UNMARKED)


def _label(words: str) -> Any:
    """Return the name of a row or a column; a namespace stands in a line of its own."""
    style = "font-weight: 600; line-height: 1.3; overflow-wrap: anywhere;"
    return ipywidgets.HTML(f'<div style="{style}">{breakable(words)}</div>')
