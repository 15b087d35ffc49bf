"""Voices put the director's decision into words: the embedded one from the authored lines, the LLM's in `llm_voice.py`."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Protocol

from coach.customer.director import Decision
from coach.customer.lines import unsaid
from coach.customer.scenario import Scenario
from coach.domain import Transcript


@dataclass(frozen=True, slots=True)
class Spoken:
    """Her line, the keys of the authored lines it spends, and the engine that worded it."""

    text: str
    used: tuple[str, ...]
    engine: str


class Voice(Protocol):
    """Words a decision. Yields the line as far as it has come; the last value is the whole of it."""

    def speak(self, scenario: Scenario, decision: Decision, transcript: Transcript, chance: Random) -> Iterator[Spoken]:
        """Her line for `decision`, after all that is in `transcript`."""
        ...


class EmbeddedVoice:
    """Says what the scenario's authors wrote, each line at most once in a meeting."""

    def speak(self, scenario: Scenario, decision: Decision, transcript: Transcript, chance: Random) -> Iterator[Spoken]:
        """The whole line at once."""
        yield self.line(scenario, decision, chance)

    def line(self, scenario: Scenario, decision: Decision, chance: Random) -> Spoken:
        """One authored line an act, drawn from those not said yet."""
        texts: list[str] = []
        used: list[str] = []
        for act in decision.acts:
            left = unsaid(scenario, act, decision.mood, (*decision.memory.used, *used))
            if left:
                chosen = left[chance.randrange(len(left))]
                texts.append(chosen.text)
                used.append(chosen.key)
        return Spoken(" ".join(texts), tuple(used), "embedded")
