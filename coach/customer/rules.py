"""The director's parameters: `director.yaml` as a checked value."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from coach.customer.listening import Thresholds
from coach.customer.scenario import Mood, Share
from coach.datafile import DataModel, load_yaml
from coach.domain import CustomerState

_FILE = Path(__file__).parent / "director.yaml"
_Change = Annotated[float, Field(ge=-1, le=1)]


class Effect(DataModel):
    """How one behaviour moves her, in shares of 1, and why."""

    trust: _Change
    openness: _Change
    stress: _Change
    patience: _Change
    why: str


class MoodRule(DataModel):
    """A mood holds where trust or patience is below its bound."""

    mood: Mood
    trust_below: float = 0.0
    patience_below: float = 0.0


class Rules(DataModel):
    """See the comments in `director.yaml`."""

    version: int
    trust_gain_cap: Share
    trust_gain_fades: Share
    trust_loss_cap: Share
    patience_loss_cap: Share
    betrayal: float
    asked_from: Share
    clue_met_from: Share
    outside_from: Share
    volunteer_margin: Share
    two_facts_from: Share
    too_early_gap: Share
    too_early_cost: Share
    leaves_at: Share
    well_trust: Share
    well_facts: Share
    moods: tuple[MoodRule, ...]
    effects: Mapping[str, Effect]
    kinds: Mapping[str, Effect]

    @property
    def thresholds(self) -> Thresholds:
        """The cosines that the ear works with."""
        return Thresholds(self.asked_from, self.clue_met_from, self.outside_from)

    def mood(self, state: CustomerState) -> Mood:
        """How she speaks in `state`."""
        return next(rule.mood for rule in self.moods
                    if state.trust < rule.trust_below or state.patience < rule.patience_below)


@lru_cache
def load_rules(path: Path = _FILE) -> Rules:
    """Read the director's parameters.

    Raises:
        DataFileError: names file, line and fault.
    """
    return load_yaml(path, Rules)
