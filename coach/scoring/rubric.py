"""The rubric: a versioned file that gives each behaviour its points, and the pure function that adds them up."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from coach.datafile import DataModel, FieldError, load_yaml
from coach.domain import WHOLE_REPLY, Behaviour, Contribution, Event, Impression, Observation, ReplyScore, ScoreSource

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
    impression: Annotated[float, Field(ge=0, le=1)]
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
        if behaviour == WHOLE_REPLY:
            return "the reply as a whole"
        return self.behaviours[behaviour].label if behaviour in self.behaviours else behaviour

    def side(self, behaviour: str) -> Side:
        """Whom `behaviour` serves; neither, where this rubric does not know it."""
        return self.behaviours[behaviour].side if behaviour in self.behaviours else Side.CRAFT

    def score(self, observations: Sequence[Observation], events: Sequence[Event], source: ScoreSource,
              impression: Impression, note: str = "") -> ReplyScore:
        """Weigh what was observed, and what the observer makes of the reply as a whole.

        What can be pointed at: base + points x confidence, each behaviour once (at its most confident), within 0 to 100; half
        sure earns half the points. The score is a mean of that and the impression, which counts `impression` of 1. At last a
        behaviour with a ceiling lowers empathy to it, as far as it is sure.

        Args:
            observations: each of a behaviour that this rubric knows.
            events: passed on into the score.
            source: passed on into the score.
            impression: of the same observer.
            note: why the score deserves doubt, or empty.
        """
        surest: dict[str, float] = {}
        for seen in observations:
            surest[seen.behaviour] = max(seen.confidence, surest.get(seen.behaviour, 0.0))
        by_eye = 1 - self.impression
        parts = [Contribution(b, self.behaviours[b].empathy * c * by_eye, self.behaviours[b].selling * c * by_eye)
                 for b, c in surest.items()]
        seen_empathy = _clamped(self.empathy_base + sum(self.behaviours[b].empathy * c for b, c in surest.items()))
        seen_selling = _clamped(self.selling_base + sum(self.behaviours[b].selling * c for b, c in surest.items()))
        empathy = by_eye * seen_empathy + self.impression * impression.empathy
        ceiling = min([100.0, *(100 - surest[b] * (100 - most) for b, most in self.empathy_ceilings.items() if b in surest)])
        empathy, selling = min(empathy, ceiling), by_eye * seen_selling + self.impression * impression.selling
        return ReplyScore(
            empathy=round(empathy), selling=round(selling), overall=round(_clamped(impression.overall)),
            earned=impression.earned, observations=tuple(observations),
            contributions=self.accounted(parts, empathy, selling), events=tuple(events),
            confidence=round(impression.confidence, 2), source=source, note=note, reason=impression.reason)

    def accounted(self, parts: Sequence[Contribution], empathy: float, selling: float) -> tuple[Contribution, ...]:
        """`parts`, and the reply as a whole with what they leave: together with the bases they come to the two scores."""
        rest = Contribution(WHOLE_REPLY, empathy - self.empathy_base - sum(part.empathy for part in parts),
                            selling - self.selling_base - sum(part.selling for part in parts))
        return (*parts, rest)


def _clamped(points: float) -> float:
    return min(100.0, max(0.0, points))


@lru_cache
def load_rubric(path: Path = RUBRIC_FILE) -> Rubric:
    """Read and check a rubric file.

    Raises:
        DataFileError: names file, line and fault.
    """
    return load_yaml(path, Rubric)
