"""The rubric: a versioned file that gives each behaviour its points, and the pure function that adds them up."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from coach.datafile import DataModel, FieldError, load_yaml
from coach.domain import Behaviour, Contribution, Event, Observation, ReplyScore, ScoreSource

RUBRIC_FILE = Path(__file__).parent / "rubric.yaml"
Points = Annotated[float, Field(ge=-100, le=100)]


class Side(StrEnum):
    """Whom a behaviour serves; decides its colour on the page."""

    PERSON = "person"
    DEAL = "deal"
    CRAFT = "craft"


class Weight(DataModel):
    """What one behaviour is worth, and its words.

    Attributes:
        label: in the past tense, to follow "you".
        empathy: points on the empathy scale, likewise `selling`.
    """

    label: str
    meaning: str
    side: Side
    empathy: Points
    selling: Points


class Rubric(DataModel):
    """From observations to scores of 0 to 100."""

    version: str
    empathy_base: Points
    selling_base: Points
    empathy_ceilings: Mapping[str, Points]
    behaviours: Mapping[str, Weight]

    @model_validator(mode="after")
    def _knows_every_behaviour(self) -> Self:
        unknown = sorted(set(self.empathy_ceilings) - set(self.behaviours))
        if unknown:
            raise ValueError(f"empathy_ceilings: {unknown[0]!r} is not among the behaviours")
        missing = [b.value for b in Behaviour if b.value not in self.behaviours]
        if missing:
            raise FieldError(f"no points for {', '.join(missing)}", "behaviours")
        return self

    def label(self, behaviour: str) -> str:
        """What a trainee reads for `behaviour`; its id where another rubric once named it and this one does not."""
        return self.behaviours[behaviour].label if behaviour in self.behaviours else behaviour

    def side(self, behaviour: str) -> Side:
        """Whom `behaviour` serves; neither, where this rubric does not know it."""
        return self.behaviours[behaviour].side if behaviour in self.behaviours else Side.CRAFT

    def score(self, observations: Sequence[Observation], events: Sequence[Event], source: ScoreSource,
              note: str = "") -> ReplyScore:
        """Add up what was observed: base + points x confidence, each behaviour once (at its most confident), within 0 to 100.

        Args:
            observations: each of a behaviour that this rubric knows.
            events: passed on into the score.
            source: passed on into the score.
            note: why the score deserves doubt, or empty.
        """
        strongest: dict[str, float] = {}
        for seen in observations:
            strongest[seen.behaviour] = max(seen.confidence, strongest.get(seen.behaviour, 0.0))
        contributions = tuple(
            Contribution(b, self.behaviours[b].empathy * c, self.behaviours[b].selling * c) for b, c in strongest.items())
        empathy = self.empathy_base + sum(c.empathy for c in contributions)
        selling = self.selling_base + sum(c.selling for c in contributions)
        empathy = min([empathy, *(self.empathy_ceilings[b] for b in strongest if b in self.empathy_ceilings)])
        sure = [seen.confidence for seen in observations]
        confidence = sum(sure) / len(sure) if sure else 0.5
        return ReplyScore(
            empathy=_within(empathy), selling=_within(selling), observations=tuple(observations), contributions=contributions,
            events=tuple(events), confidence=round(confidence, 2), source=source, note=note)


def _within(points: float) -> int:
    return round(min(100.0, max(0.0, points)))


@lru_cache
def load_rubric(path: Path = RUBRIC_FILE) -> Rubric:
    """Read and check a rubric file.

    Raises:
        DataFileError: names file, line and fault.
    """
    return load_yaml(path, Rubric)
