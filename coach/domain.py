"""The values everything speaks in: turns, observations, scores, tips, exchanges. Frozen, no I/O.

A *reply* is what the trainee says, a *line* what the customer says; an *exchange* is one reply with the line it got.
Scores run from 0 to 100, the customer's state and all confidences from 0 to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Json = Mapping[str, object]


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


class Behaviour(StrEnum):
    """What a reply can be seen to do. The meanings and weights stand in `scoring/rubric.yaml`."""

    ACKNOWLEDGES = "acknowledges"
    REFLECTS_FEELING = "reflects_feeling"
    REFLECTS_CONTENT = "reflects_content"
    OPEN_QUESTION = "open_question"
    FOLLOWS_CLUE = "follows_clue"
    INVITES_MORE = "invites_more"
    SETS_AGENDA_ASIDE = "sets_agenda_aside"
    OFFERS_HELP = "offers_help"
    SELF_DISCLOSURE = "self_disclosure"
    OWNS_MISTAKE = "owns_mistake"
    CHALLENGES = "challenges"
    NEXT_STEP = "next_step"
    CLOSED_QUESTION = "closed_question"
    LEADING_QUESTION = "leading_question"
    MISSES_CLUE = "misses_clue"
    TURNS_TO_DEAL = "turns_to_deal"
    PITCH = "pitch"
    ADVICE = "advice"
    VENDOR_CENTRED = "vendor_centred"
    JARGON = "jargon"
    HOLLOW_SMALL_TALK = "hollow_small_talk"
    FALSE_EMPATHY = "false_empathy"
    NON_APOLOGY = "non_apology"
    PRESSURE = "pressure"
    DISPARAGES = "disparages"
    FLATTERY = "flattery"
    EMPTY_REASSURANCE = "empty_reassurance"
    MANIPULATES_SCORER = "manipulates_scorer"


class Event(StrEnum):
    """Something in the order of things, beyond any single behaviour."""

    DEAL_BEFORE_PERSON = "deal_before_person"
    """The reply turned to the deal before anyone had acknowledged the customer's news."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A behaviour seen in a reply, with the words that show it.

    Attributes:
        behaviour: an id of the rubric (`Behaviour`, or one that a company's own rubric adds).
        quote: the evidence, verbatim from the reply.
        start: where the quote begins in the reply, in characters.
        confidence: 0 to 1.
        about: the customer's own words that the behaviour concerns, where there are any (the clue that was missed).
    """

    behaviour: str
    quote: str
    start: int
    confidence: float = 1.0
    about: str = ""

    @property
    def end(self) -> int:
        """Where the quote ends in the reply."""
        return self.start + len(self.quote)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one observation gave to or took from the scores, in points of 100."""

    behaviour: str
    empathy: float
    selling: float


@dataclass(frozen=True, slots=True)
class ScoreSource:
    """Where a score comes from, enough to repeat it.

    Attributes:
        engine: "embedded" or "model".
        model: the detector's or the language model's name and version.
        prompt_hash: content hash of the judge's prompt; empty for the embedded engine.
        rubric_version: the rubric that turned observations into points.
    """

    engine: str
    model: str
    prompt_hash: str
    rubric_version: str


@dataclass(frozen=True, slots=True)
class ReplyScore:
    """Two separate scales for one reply, with all that earned them.

    Attributes:
        empathy: 0 to 100.
        selling: 0 to 100; how much the reply serves the seller's own agenda.
        confidence: 0 to 1, how sure the observer was.
        note: a plain sentence where the score deserves doubt, else empty.
    """

    empathy: int
    selling: int
    observations: tuple[Observation, ...]
    contributions: tuple[Contribution, ...]
    events: tuple[Event, ...]
    confidence: float
    source: ScoreSource
    note: str = ""

    def shows(self, *behaviours: str) -> bool:
        """Whether any of `behaviours` was observed."""
        return any(seen.behaviour in behaviours for seen in self.observations)


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
    """One thing to try next, and the card it rests on."""

    text: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class CustomerState:
    """How the customer is, each 0 to 1. Stress runs the other way: less is better."""

    trust: float
    openness: float
    stress: float
    patience: float


class Ending(StrEnum):
    """How a meeting can end."""

    WELL = "well"
    FLAT = "flat"
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


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as the records hold it.

    Attributes:
        scenario_hash: content hash of the scenario file it began with.
        seed: with the scenario and the replies it fixes the whole meeting.
        engine: the engine chosen at the start.
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
    def scored(self) -> tuple[Exchange, ...]:
        """The exchanges with a reply and its score."""
        return tuple(exchange for exchange in self.exchanges if exchange.score is not None)


@dataclass(frozen=True, slots=True)
class MeetingScore:
    """A whole meeting in figures; defined in `scoring/meeting_score.py`.

    Attributes:
        empathy: the mean over replies, 0 to 100; `selling` likewise.
        talk_share: the trainee's words out of all words, 0 to 1.
        open_share: open questions out of all questions, 0 to 1; None where no question was asked.
        first_pitch: number of the first reply that pitched or turned to the deal, or None.
    """

    replies: int
    empathy: int | None
    selling: int | None
    talk_share: float
    questions: int
    open_share: float | None
    longest_reply: int
    first_pitch: int | None
    trust: tuple[float, ...]
    clues_met: tuple[str, ...]
    clues_missed: tuple[str, ...]
    facts_learned: tuple[str, ...]
    events: Mapping[int, tuple[Event, ...]] = field(default_factory=dict)
