"""A meeting with a simulated customer: exchanges, her state and moves, tips, and the meeting in figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from coach.domain.conversation import Speaker, Transcript, Turn
from coach.domain.score import ReplyScore, TranscriptScore

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage of a knowledge card, verbatim, and where it comes from."""

    chunk_id: str
    card_id: str
    title: str
    framework: str
    source: str
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Tip:
    """One thing to try next, and the card it rests on.

    Attributes:
        worded_by: the language model that put it into the words of the moment; empty: they are the card's author's.
    """

    text: str
    citation: Citation
    worded_by: str = ""


@dataclass(frozen=True, slots=True)
class Noticed:
    """A moment of a look back: words of a reply, verbatim, and what they did."""

    reply: int
    quote: str
    said: str


@dataclass(frozen=True, slots=True)
class LookBack:
    """What a language model says of a finished meeting.

    Attributes:
        following: one thing to try in the next meeting.
        model: which model; `prompt_hash` names the prompt's content.
    """

    moments: tuple[Noticed, ...]
    following: str
    model: str
    prompt_hash: str


@dataclass(frozen=True, slots=True)
class CustomerState:
    """How the customer is, each 0 to 1. Stress runs the other way: less is better."""

    trust: float
    openness: float
    stress: float
    patience: float


class Level(StrEnum):
    """How hard the customer makes it."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class Ending(StrEnum):
    """How a meeting can end."""

    COMMITTED = "committed"
    """The customer said yes to something definite."""
    WELL = "well"
    FLAT = "flat"
    EXCUSED = "excused"
    """The customer broke off, politely."""
    LEFT = "left"
    """The customer left."""


@dataclass(frozen=True, slots=True)
class Move:
    """What the customer did in an exchange, as the director decided it.

    Attributes:
        kind: the director's word for it ("disclose", "deflect", "withdraw" …).
        facts: ids of the facts she disclosed with this line.
        clue_dropped: id of the clue her line carries, or empty.
        clue_met: id of the clue that the reply took up, or empty.
        clue_missed: id of the clue that the reply passed over, or empty.
        mood: how she spoke.
        ending: set where the line ended the meeting.
    """

    kind: str
    mood: str
    facts: tuple[str, ...] = ()
    clue_dropped: str = ""
    clue_met: str = ""
    clue_missed: str = ""
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One reply and the line it got; number 0 is the customer's opening, which answers no reply.

    Attributes:
        memory: the director's own state after this exchange, as JSON; with it a meeting goes on from here.
        voice: the engine that put the line into words.
        lapses: how the customer erred in this line, in words; empty: she did not.
    """

    number: int
    reply: str
    line: str
    state: CustomerState
    move: Move
    memory: Json
    voice: str
    at: datetime
    score: ReplyScore | None = None
    tip: Tip | None = None
    lapses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as the records hold it.

    Attributes:
        scenario_hash: content hash of the scenario file it began with.
        seed: with the scenario, the level and the replies it fixes the whole meeting.
        engine: the engine chosen at the start.
        level: how hard the customer makes it.
        person: id of the person of the scenario who is met.
        branch_of: id of the meeting that this one leaves at the exchange `branch_at`, or empty.
        look_back: a language model's, once the meeting is over and it was asked for.
    """

    id: str
    scenario_id: str
    scenario_hash: str
    seed: int
    trainee: str
    engine: str
    started_at: datetime
    ended_at: datetime | None = None
    ending: Ending | None = None
    exchanges: tuple[Exchange, ...] = ()
    level: Level = Level.MEDIUM
    person: str = ""
    branch_of: str = ""
    branch_at: int = 0
    look_back: LookBack | None = None

    @property
    def transcript(self) -> Transcript:
        """Everything said so far."""
        turns: list[Turn] = []
        for exchange in self.exchanges:
            if exchange.number > 0:
                turns.append(Turn(Speaker.TRAINEE, exchange.reply))
            turns.append(Turn(Speaker.CUSTOMER, exchange.line))
        return Transcript(tuple(turns))

    @property
    def lapses(self) -> tuple[tuple[int, str], ...]:
        """Where the customer herself erred: the number of the exchange, and how."""
        return tuple((exchange.number, lapse) for exchange in self.exchanges for lapse in exchange.lapses)

    @property
    def scored(self) -> tuple[Exchange, ...]:
        """The exchanges with a reply and its score."""
        return tuple(exchange for exchange in self.exchanges if exchange.score is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingScore(TranscriptScore):
    """A meeting with a simulated customer in figures: the conversation's, and what the director knows.

    Attributes:
        trust: her trust after each exchange, 0 to 1, the opening's first.
        clues_met: ids of the scenario's clues that were taken up; `clues_missed` those that never were.
        facts_learned: ids of the facts she told, in order.
    """

    trust: tuple[float, ...]
    clues_met: tuple[str, ...]
    clues_missed: tuple[str, ...]
    facts_learned: tuple[str, ...]
