"""What a reply was seen to do, and what it scored: alone, and over a whole conversation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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
class Impression:
    """How an observer takes the reply as a whole, beyond what can be pointed at.

    Attributes:
        empathy: 0 to 100; `selling` and `overall` likewise. Overall: how good a next move it is.
        earned: whether the selling in it is welcome at this stage.
        confidence: 0 to 1, how sure the observer is of the amounts.
        reason: a sentence on why, or empty.
    """

    empathy: float
    selling: float
    overall: float
    earned: bool
    confidence: float
    reason: str = ""


PLAIN = 0.5
"""The confidence from which an observation is acted upon and told as a fact."""

FAINT = 0.35
"""Below this confidence an observation counts for what it is worth, and no person is told of it."""

WHOLE_REPLY = "whole_reply"
"""Stands among the contributions for the reply as a whole: what the observer's impression adds to what can be pointed at."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one observation (or `WHOLE_REPLY`) gave to or took from the scores, in points of 100."""

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
        overall: 0 to 100; how good a next move it is, all in all.
        earned: whether the selling in it is welcome at this stage.
        confidence: 0 to 1; of the embedded engine the share of such replies whose two scales lie within 25 points of raters.
        note: a plain sentence where the score deserves doubt, else empty.
        reason: the observer's own sentence on why, where it gives one.
    """

    empathy: int
    selling: int
    overall: int
    earned: bool
    observations: tuple[Observation, ...]
    contributions: tuple[Contribution, ...]
    events: tuple[Event, ...]
    confidence: float
    source: ScoreSource
    note: str = ""
    reason: str = ""

    def shows(self, *behaviours: str) -> bool:
        """Whether any of `behaviours` was observed, however faintly."""
        return any(seen.behaviour in behaviours for seen in self.observations)

    @property
    def told(self) -> tuple[Observation, ...]:
        """The observations that a person is told: a trainee who reads what was hardly there soon believes nothing."""
        return tuple(seen for seen in self.observations if seen.confidence >= FAINT)

    def plainly_shows(self, *behaviours: str) -> bool:
        """Whether any of `behaviours` is likelier than not: what a person may be told without a "perhaps"."""
        return any(seen.behaviour in behaviours and seen.confidence >= PLAIN for seen in self.observations)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of one reply that show something over the meeting.

    Attributes:
        topic: id of what they show (a step of a framework), or the customer's words that they take up or pass over.
        reply: number of the reply, from 1.
        quote: verbatim from the reply.
    """

    topic: str
    reply: int
    quote: str


@dataclass(frozen=True, slots=True)
class StageScore:
    """The two scales over a part of the meeting: the means over `replies` replies, 0 to 100."""

    stage: str
    replies: int
    empathy: int
    selling: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptScore:
    """A whole conversation in figures; each is defined where it is computed, in `scoring/meeting_score.py`.

    Attributes:
        empathy: the mean over replies, 0 to 100; `selling` and `overall` likewise; None where there is no reply.
        stages: opening, middle and close.
        talk_share: the trainee's words out of all words, 0 to 1.
        question_rate: questions a reply.
        open_share: open questions out of all questions, 0 to 1; None where no question was asked.
        longest_reply: words of the longest reply.
        vendor_share: we, me, I, us and our out of the trainee's words, 0 to 1 (Wemeiusour).
        taken_up: clues that a reply took up; `passed_over` those it did not.
        first_pitch: number of the first reply that pitched or turned to the deal, or None.
        patience: share of replies before that one, 0 to 1.
        steps: Mineral Rights steps covered; `perceptions` the customer's 3 P's. Each at its first reply.
    """

    replies: int
    empathy: int | None
    selling: int | None
    overall: int | None
    stages: tuple[StageScore, ...]
    talk_share: float
    questions: int
    question_rate: float
    open_share: float | None
    longest_reply: int
    vendor_share: float
    taken_up: tuple[Passage, ...]
    passed_over: tuple[Passage, ...]
    first_pitch: int | None
    patience: float
    steps: tuple[Passage, ...]
    perceptions: tuple[Passage, ...]
    events: Mapping[int, tuple[Event, ...]] = field(default_factory=dict)
