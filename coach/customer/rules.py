"""The director's parameters: `director.yaml` as a checked value."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from coach.customer.listening import Thresholds
from coach.customer.parts import Fact, Mood, Share
from coach.customer.scenario import Goal, Scenario
from coach.customer.state import share
from coach.customer.topics import Bounds
from coach.datafile import DataModel, load_yaml
from coach.domain import CustomerState, Level
from coach.errors import SetupError

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


class Hardness(DataModel):
    """A level.

    Attributes:
        trust: what it adds to her trust at the start; `patience` likewise.
        gain: by what it multiplies trust won; `loss` trust lost.
        most: the trust that nobody gets beyond in one meeting.
        guard: what it adds to the trust that every fact needs.
        second: the trust from which she may say a second thing in one breath.
        hints: which form of a clue comes first: "plain", "faint" or "any".
    """

    trust: _Change
    patience: _Change
    gain: float
    most: Share
    loss: float
    guard: _Change
    second: Share
    hints: Literal["plain", "faint", "any"]
    why: str


class Temperament(DataModel):
    """What kind of person she is: factors on trust won and lost and on patience lost; how readily she says a second thing."""

    gain: float
    loss: float
    impatience: float
    talkative: Share
    why: str


class GoalRule(DataModel):
    """When a meeting with this goal ends well, and when she says yes."""

    well_trust: Share
    well_facts: Share
    commit_trust: Share
    commit_facts: Share
    why: str


class Rules(DataModel):
    """See the comments in `director.yaml`."""

    version: int
    trust_gain_cap: Share
    trust_loss_cap: Share
    patience_loss_cap: Share
    betrayal: float
    asked_from: Share
    clue_met_from: Share
    detail_from: Share
    outside_from: Share
    clue_ahead: Share
    bridged_chance: Share
    nearly_within: Share
    loosely_from: Share
    most_bridges: int
    volunteer_margin: Share
    too_early_gap: Share
    too_early_cost: Share
    leaves_at: Share
    excuses_from: Share
    want_met_from: Share
    want_chance: Share
    commit_from_turn: int
    counsel_from: int
    counsel_fade: Share
    cares_less: Share
    sure_to_remark: Share
    remark_chance: Share
    goals: Mapping[Goal, GoalRule]
    levels: Mapping[Level, Hardness]
    temperaments: Mapping[str, Temperament]
    level: Level = Level.MEDIUM
    temperament: str = "dry"
    moods: tuple[MoodRule, ...]
    effects: Mapping[str, Effect]
    kinds: Mapping[str, Effect]
    wants: Mapping[Literal["met", "dodged"], Effect]

    @property
    def thresholds(self) -> Thresholds:
        """The cosines that the ear works with."""
        bounds = Bounds(self.asked_from, self.detail_from, self.outside_from)
        return Thresholds(bounds, self.clue_met_from, self.want_met_from, self.nearly_within, self.loosely_from)

    def at(self, level: Level, temperament: str) -> "Rules":
        """These rules for a meeting at `level` with somebody of this temperament.

        Raises:
            SetupError: there is no such temperament.
        """
        if temperament not in self.temperaments:
            raise SetupError(f"There is no temperament {temperament!r} in director.yaml. "
                             f"There are: {', '.join(self.temperaments)}.")
        return self.model_copy(update={"level": level, "temperament": temperament})

    @property
    def hardness(self) -> Hardness:
        """Of the level in force."""
        return self.levels[self.level]

    @property
    def temper(self) -> Temperament:
        """Of the person in the meeting."""
        return self.temperaments[self.temperament]

    def start(self, scenario: Scenario) -> CustomerState:
        """Her state as a meeting begins."""
        state = scenario.start.state()
        return replace(state, trust=share(state.trust + self.hardness.trust),
                       patience=share(state.patience + self.hardness.patience))

    def needs(self, scenario: Scenario, fact: Fact) -> float:
        """The trust that she needs to tell `fact`: more at a harder level, less for what lies nearest to her."""
        if fact.id == scenario.opening_fact:
            return 0.0
        nearest = self.cares_less if scenario.client.cares_about == fact.id else 0.0
        return max(0.0, fact.trust + self.hardness.guard - nearest)

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
