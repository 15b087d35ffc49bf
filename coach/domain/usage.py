"""What calls to language models take: tokens, and money by a list of prices."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens, in and out together, and US dollars."""

    tokens: int = 0
    dollars: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        """Both together."""
        return Spent(self.tokens + other.tokens, self.dollars + other.dollars)

    def __sub__(self, other: "Spent") -> "Spent":
        """This without the other."""
        return Spent(self.tokens - other.tokens, self.dollars - other.dollars)


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call that was answered.

    Attributes:
        task: what was asked for ("voice", "judge" …).
        tokens_in: of the prompt, those that the provider had cached (`tokens_cached`) among them.
        tokens_out: of the answer, its thinking included.
        estimated: whether the tokens are coach's own estimate, since the endpoint did not count them.
        dollars: by the prices in force at the time; None where the model has no price.
    """

    task: str
    model: str
    at: datetime
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    estimated: bool
    dollars: float | None

    @property
    def spent(self) -> Spent:
        """What it took; what has no price costs nothing here."""
        return Spent(self.tokens_in + self.tokens_out, self.dollars or 0.0)


class UsageBy(StrEnum):
    """What usage is summed up by."""

    DAY = "day"
    TASK = "task"
    MODEL = "model"
    MEETING = "meeting"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Usage:
    """The calls of one day, task, model, meeting or reply.

    Attributes:
        name: the day (2026-01-31), the task, the model, the meeting's id, or the reply's number; empty: of none.
        tokens_cached: those of `tokens_in` that the provider had cached.
        estimated: how many of the calls coach had to estimate itself.
        unpriced: how many of them have no price; `dollars` is without these.
    """

    name: str
    calls: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    estimated: int
    unpriced: int
    dollars: float
