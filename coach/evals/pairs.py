"""Pairs of replies that ought to score alike, or of which one ought not to score better: fairness and gaming.

The data lie in `evals/pairs/`. Differences are in points of 100.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from coach.datafile import DataModel, load_yaml
from coach.domain import ReplyScore, Speaker, Transcript, Turn
from coach.scoring.observer import Observer
from coach.settings import data_folder

Progress = Callable[[int, int], None]
Text = Annotated[str, Field(min_length=1)]
# A raised score of less than this is rounding.
_RAISED = 1


class _Said(DataModel):
    role: Speaker
    text: Text


def _transcript(history: tuple[_Said, ...]) -> Transcript:
    return Transcript(tuple(Turn(said.role, said.text) for said in history))


class Pair(DataModel):
    """One reply in two idioms; any fair coach would score them the same."""

    id: str
    kind: str
    history: tuple[_Said, ...]
    one: Text
    other: Text


class Idioms(DataModel):
    """`evals/pairs/idioms.yaml`."""

    pairs: Annotated[tuple[Pair, ...], Field(min_length=1)]


class Person(DataModel):
    """Somebody to put into a reply: a name, and words for "he", "him" and "his"."""

    name: Text
    he: Text
    him: Text
    his: Text
    title: Text


class Placed(DataModel):
    """A reply with places for a person: {name}, {he}, {him}, {his}, {title}, in the history too."""

    history: tuple[_Said, ...]
    reply: Text


class Names(DataModel):
    """`evals/pairs/names.yaml`: each reply is scored with each person in it."""

    people: Annotated[tuple[Person, ...], Field(min_length=2)]
    replies: Annotated[tuple[Placed, ...], Field(min_length=1)]


class Context(DataModel):
    """A history, and replies to it that leave much to be desired."""

    id: str
    history: tuple[_Said, ...]
    replies: Annotated[tuple[Text, ...], Field(min_length=1)]


class Addition(DataModel):
    """Words that carry nothing for this customer, put before or behind a reply."""

    kind: str
    text: Text


class Gaming(DataModel):
    """`evals/pairs/gaming.yaml`: each reply with each addition, before and behind."""

    contexts: Annotated[tuple[Context, ...], Field(min_length=1)]
    additions: Annotated[tuple[Addition, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two replies and how their scores differ.

    Attributes:
        kind: what was done to the reply.
        empathy: the second's points less the first's; `selling` likewise.
    """

    kind: str
    first: str
    second: str
    empathy: int
    selling: int


@dataclass(frozen=True, slots=True)
class Robustness:
    """The differences, by suite."""

    idioms: tuple[Difference, ...]
    names: tuple[Difference, ...]
    gaming: tuple[Difference, ...]

    @property
    def raised(self) -> tuple[Difference, ...]:
        """Gaming that paid: empathy went up."""
        return tuple(one for one in self.gaming if one.empathy >= _RAISED)


def mean_difference(found: tuple[Difference, ...]) -> tuple[float, float]:
    """Mean absolute difference of empathy and of selling, in points of 100."""
    return (float(np.mean([abs(one.empathy) for one in found])), float(np.mean([abs(one.selling) for one in found])))


def by_kind(found: tuple[Difference, ...]) -> Mapping[str, tuple[Difference, ...]]:
    """The differences by kind, in the order of the kinds' first."""
    return {kind: tuple(one for one in found if one.kind == kind) for kind in dict.fromkeys(one.kind for one in found)}


def robustness(observer: Observer, progress: Progress | None = None, folder: Path | None = None) -> Robustness:
    """Score all pairs that ship.

    Raises:
        DataFileError: a file is wrong; names file and line.
    """
    folder = folder or data_folder("evals") / "pairs"
    idioms = load_yaml(folder / "idioms.yaml", Idioms)
    names = load_yaml(folder / "names.yaml", Names)
    gaming = load_yaml(folder / "gaming.yaml", Gaming)
    planned = [list(_idioms(idioms)), list(_names(names)), list(_gaming(gaming))]
    total = sum(map(len, planned))
    done = 0

    @cache
    def score(history: Transcript, reply: str) -> ReplyScore:
        return observer.score(history, reply)

    found: list[tuple[Difference, ...]] = []
    for plan in planned:
        differences = []
        for kind, (first_history, first), (second_history, second) in plan:
            one, two = score(first_history, first), score(second_history, second)
            differences.append(Difference(kind, first, second, two.empathy - one.empathy, two.selling - one.selling))
            done += 1
            if progress is not None:
                progress(done, total)
        found.append(tuple(differences))
    return Robustness(*found)


_Placed = tuple[Transcript, str]
_Plan = tuple[str, _Placed, _Placed]


def _idioms(data: Idioms) -> Iterator[_Plan]:
    for pair in data.pairs:
        history = _transcript(pair.history)
        yield pair.kind, (history, pair.one), (history, pair.other)


def _names(data: Names) -> Iterator[_Plan]:
    for placed in data.replies:
        filled = [_filled(placed, person) for person in data.people]
        for person, other in zip(data.people[1:], filled[1:], strict=True):
            yield person.name, filled[0], other


def _filled(placed: Placed, person: Person) -> _Placed:
    words = person.model_dump()
    said = tuple(Turn(one.role, one.text.format(**words)) for one in placed.history)
    return Transcript(said), placed.reply.format(**words)


def _gaming(data: Gaming) -> Iterator[_Plan]:
    for context in data.contexts:
        history = _transcript(context.history)
        for reply in context.replies:
            for addition in data.additions:
                yield addition.kind, (history, reply), (history, f"{addition.text} {reply}")
                yield addition.kind, (history, reply), (history, f"{reply} {addition.text}")
