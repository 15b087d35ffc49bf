"""Who said what, in order."""

from dataclasses import dataclass
from enum import StrEnum


class Speaker(StrEnum):
    """Who said it."""

    CUSTOMER = "customer"
    TRAINEE = "trainee"


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was said."""

    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said so far, in order."""

    turns: tuple[Turn, ...] = ()

    def last(self, speaker: Speaker) -> str:
        """The newest words of `speaker`; empty where there are none."""
        return next((turn.text for turn in reversed(self.turns) if turn.speaker is speaker), "")

    def said_by(self, speaker: Speaker) -> tuple[str, ...]:
        """All that `speaker` said, in order."""
        return tuple(turn.text for turn in self.turns if turn.speaker is speaker)
