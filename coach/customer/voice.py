"""Voices put the director's decision into words: the embedded one from the authored lines, the LLM's in `llm_voice.py`."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Protocol

from coach.customer.director import Decision
from coach.customer.lines import Deed, Line, sentences_of, unsaid
from coach.customer.scenario import Scenario
from coach.domain import Speaker, Transcript

_NOTHING_SAID = Transcript()


@dataclass(frozen=True, slots=True)
class Spoken:
    """Her line, the keys of the authored lines it spends, the engine that worded it, and the line as the authors have it."""

    text: str
    used: tuple[str, ...]
    engine: str
    authored: str = ""


class Voice(Protocol):
    """Words a decision. Yields the line as far as it has come; the last value is the whole of it."""

    def speak(self, scenario: Scenario, decision: Decision, transcript: Transcript, chance: Random) -> Iterator[Spoken]:
        """Her line for `decision`, after all that is in `transcript`."""
        ...


class EmbeddedVoice:
    """Says what the scenario's authors wrote, each line at most once in a meeting."""

    def speak(self, scenario: Scenario, decision: Decision, transcript: Transcript, chance: Random) -> Iterator[Spoken]:
        """The whole line at once."""
        yield self.line(scenario, decision, chance, transcript)

    def line(self, scenario: Scenario, decision: Decision, chance: Random, transcript: Transcript = _NOTHING_SAID) -> Spoken:
        """One authored line an act, drawn from those not said yet; rather one with no sentence that she has said."""
        said = sentences_of(*transcript.said_by(Speaker.CUSTOMER))
        chosen: list[tuple[Deed, Line]] = []
        for act in decision.acts:
            left = unsaid(scenario, act, decision.mood, (*decision.memory.used, *(one.key for _, one in chosen)))
            left = tuple(one for one in left if not said & sentences_of(one.text)) or left
            if left:
                chosen.append((act.deed, left[chance.randrange(len(left))]))
        # Where what it leads to has no line left, a bridge leads nowhere.
        if len(chosen) > 1 and chosen[-1][0] is Deed.BRIDGE:
            chosen.pop()
        line = " ".join(one.text for _, one in chosen)
        return Spoken(line, tuple(one.key for _, one in chosen), "embedded", line)
