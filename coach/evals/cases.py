"""Suites of cases as data: a reply in its place, and what a coach expects to be seen in it.

Suites are YAML files in `evals/cases/`. Loading one checks that every behaviour is one of the rubric's; faults name
file and line.
"""

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from coach.datafile import DataModel, load_yaml
from coach.domain import Speaker, Transcript, Turn
from coach.errors import DataFileError, NotFoundError
from coach.scoring.rubric import load_rubric
from coach.settings import data_folder

_TOP = 100
Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Points = Annotated[int, Field(ge=0, le=_TOP)]


def _of_the_rubric(behaviour: str) -> str:
    if behaviour not in load_rubric().behaviours:
        raise ValueError(f"the rubric has no behaviour {behaviour!r}")
    return behaviour


BehaviourId = Annotated[str, AfterValidator(_of_the_rubric)]


class Span(DataModel):
    """The points between which a score should lie, both ends included."""

    min: Points = 0
    max: Points = _TOP

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self

    def holds(self, points: int) -> bool:
        """Whether `points` lie within."""
        return self.min <= points <= self.max


class Expectation(DataModel):
    """What should be seen in a reply; what is not named may be either way.

    Attributes:
        shows: behaviours that must be among those observed.
        not_shows: behaviours that must not be.
        empathy: where the empathy score should lie; `selling` likewise.
    """

    shows: tuple[BehaviourId, ...] = ()
    not_shows: tuple[BehaviourId, ...] = ()
    empathy: Span | None = None
    selling: Span | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if not (self.shows or self.not_shows or self.empathy or self.selling):
            raise ValueError("nothing is expected, so the case could never fail")
        both = set(self.shows) & set(self.not_shows)
        if both:
            raise ValueError(f"{sorted(both)[0]!r} can not be both in shows and in not_shows")
        return self


class Said(DataModel):
    """One turn of a case's history."""

    speaker: Speaker
    text: Text


class Case(DataModel):
    """One reply, what was said before it, and what should be seen in it.

    Attributes:
        why: the coach's reason, for the person who reads that it failed.
    """

    id: Id
    why: str = ""
    history: Annotated[tuple[Said, ...], Field(min_length=1)]
    reply: Text
    expect: Expectation

    @model_validator(mode="after")
    def _answers_the_customer(self) -> Self:
        if self.history[-1].speaker is not Speaker.CUSTOMER:
            raise ValueError("the history must end with the customer, whom the reply answers")
        return self

    @property
    def transcript(self) -> Transcript:
        """What was said before the reply."""
        return Transcript(tuple(Turn(said.speaker, said.text) for said in self.history))


class Suite(DataModel):
    """Cases that belong together."""

    suite: Id
    description: Text
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [case.id for case in self.cases]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"the case {twice[0]!r} is there twice")
        return self


def load_suite(path: Path) -> Suite:
    """Read and check one suite.

    Raises:
        DataFileError: names file, line and fault.
    """
    suite = load_yaml(path, Suite)
    if suite.suite != path.stem:
        raise DataFileError(path, 1, f"suite: {suite.suite!r} differs from the file's name.")
    return suite


def load_suites(folder: Path | None = None) -> tuple[Suite, ...]:
    """Every suite, by id.

    Args:
        folder: where the files lie; None: those that ship with coach.

    Raises:
        DataFileError: the first fault found; names file and line.
        SetupError: the folder that ships with coach is missing.
    """
    folder = folder or data_folder("evals") / "cases"
    return tuple(load_suite(path) for path in sorted(folder.glob("*.yaml")))


def get_suite(suite_id: str, folder: Path | None = None) -> Suite:
    """The suite with this id.

    Raises:
        NotFoundError: there is none; the message lists those there are.
    """
    suites = {suite.suite: suite for suite in load_suites(folder)}
    if suite_id not in suites:
        raise NotFoundError(f"There is no suite {suite_id!r}. There are: {', '.join(suites)}.")
    return suites[suite_id]
