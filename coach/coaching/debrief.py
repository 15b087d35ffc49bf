"""The debrief: the meeting told back in words, with its moments, its curves, what she kept to herself and what to try."""

from dataclasses import dataclass
from enum import StrEnum

from coach.coaching.secrets import Kept, Opened, kept, opened
from coach.coaching.words import COOL
from coach.customer.rules import Rules
from coach.customer.scenario import Scenario
from coach.domain import Ending, Event, Exchange, Meeting, MeetingScore, Observation, ReplyScore, Tip
from coach.scoring.coverage import Coverage
from coach.scoring.meeting_score import score_meeting
from coach.scoring.rubric import Rubric, Side

_WARM_EMPATHY = 60
_SELLY = 45
_MOVED = 0.03
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


class MomentKind(StrEnum):
    """Why a moment stands in the debrief."""

    BEST = "best"
    COSTLY = "costly"


@dataclass(frozen=True, slots=True)
class Moment:
    """A reply that mattered, the words that did it, and what it did to her trust (change, in shares of 1)."""

    kind: MomentKind
    exchange: Exchange
    said: str
    did: str
    trust_change: float


@dataclass(frozen=True, slots=True)
class ClueStory:
    """A clue in her own words, whether it was taken up, and whether she told what was behind it."""

    words: str
    fact_title: str
    met: bool
    told: bool


@dataclass(frozen=True, slots=True)
class Debrief:
    """All that the page, the terminal and the exports show after a meeting.

    Attributes:
        told: the facts she told, in order, and what opened them; `kept` those she did not, and what would have.
        goals: two things to try next time.
    """

    headline: str
    score: MeetingScore
    moments: tuple[Moment, ...]
    clues: tuple[ClueStory, ...]
    told: tuple[Opened, ...]
    kept: tuple[Kept, ...]
    goals: tuple[Tip, ...]


def debrief(meeting: Meeting, scenario: Scenario, rules: Rules, rubric: Rubric, coverage: Coverage) -> Debrief:
    """The debrief of `meeting`, finished or not."""
    score = score_meeting(meeting, coverage)
    return Debrief(
        headline=_headline(meeting, score, scenario, rubric), score=score, moments=_moments(meeting, rubric),
        clues=_clues(meeting, score, scenario), told=opened(meeting, scenario),
        kept=kept(meeting, scenario, rules), goals=_goals(meeting))


def _headline(meeting: Meeting, score: MeetingScore, scenario: Scenario, rubric: Rubric) -> str:
    name = scenario.client.first_name
    if not score.replies:
        return (f"You met {name}, and the meeting ended before you said anything." if meeting.ended_at
                else f"You have met {name}, and have not said anything yet.")
    deal_first = any(Event.DEAL_BEFORE_PERSON in events for events in score.events.values())
    together = f"{_number(len(score.facts_learned))} of the {_number(len(scenario.facts))} things on {name}’s mind"
    if meeting.ending in (Ending.LEFT, Ending.EXCUSED):
        return (f"{name} ended it. There was not enough patience left to go on." if score.first_pitch is None else
                f"{name} ended it. The business came before the person, and there was not enough patience left to wait.")
    if deal_first:
        recovered = score.trust[-1] > score.trust[0]
        after = "then you found your way back" if recovered else f"and {name} noticed"
        return f"You asked about the project before you asked about {name}, {after}."
    if score.first_pitch is None and (score.empathy or 0) < COOL:
        return f"You kept the business out of it, but {name} got little from you either, and you heard {together}."
    if score.first_pitch is None:
        return f"You stayed with the person throughout, and heard {together}."
    first = [exchange.score for exchange in meeting.scored[: score.first_pitch - 1] if exchange.score]
    if score.first_pitch > 1 and not any(rubric.side(o.behaviour) is Side.PERSON for one in first for o in one.observations):
        return f"There was little for {name} in what came first; at reply {score.first_pitch} it was the business."
    if score.first_pitch > 1:
        stayed = score.first_pitch - 1
        replies = "one reply" if stayed == 1 else f"{_number(stayed)} replies"
        return f"You stayed with {name} for {replies}; at reply {score.first_pitch} the business came back."
    return f"Person and business came in one breath, and you heard {together}."


def _number(count: int) -> str:
    """Small numbers as words, as a person would write them."""
    return _WORDS[count] if count < len(_WORDS) else str(count)


def _moments(meeting: Meeting, rubric: Rubric) -> tuple[Moment, ...]:
    """The reply that moved her trust most in each direction; none where it hardly moved."""
    changes = [
        (after.state.trust - before.state.trust, after)
        for before, after in zip(meeting.exchanges, meeting.exchanges[1:], strict=False) if after.score is not None]
    moments = []
    for kind, (change, exchange) in ((MomentKind.BEST, max(changes, key=lambda c: c[0], default=(0.0, None))),
                                     (MomentKind.COSTLY, min(changes, key=lambda c: c[0], default=(0.0, None)))):
        if exchange is None or exchange.score is None or abs(change) < _MOVED or (change > 0) != (kind is MomentKind.BEST):
            continue
        quote, label = _telling(exchange.score, rubric, kind)
        moments.append(Moment(kind, exchange, quote, label, change))
    return tuple(sorted(moments, key=lambda moment: moment.exchange.number))


def _telling(score: ReplyScore, rubric: Rubric, kind: MomentKind) -> tuple[str, str]:
    """The quote that weighs most on the side that the moment is about, and what it did."""
    person = kind is MomentKind.BEST
    sided = [seen for seen in score.told if (rubric.side(seen.behaviour) is Side.PERSON) == person]
    if not sided:
        return "", ""

    def weight(seen: Observation) -> float:
        points = rubric.behaviours[seen.behaviour]
        return seen.confidence * (points.empathy if person else points.selling - points.empathy)

    heaviest = max(sided, key=weight)
    return heaviest.quote, rubric.label(heaviest.behaviour)


def _clues(meeting: Meeting, score: MeetingScore, scenario: Scenario) -> tuple[ClueStory, ...]:
    """Each clue she dropped and that was met or passed over, in the order in which it came up."""
    answered: dict[str, int] = {}
    known = {clue.id for clue in scenario.clues}
    for exchange in meeting.exchanges:
        clue = exchange.move.clue_met or exchange.move.clue_missed
        if clue not in known:
            continue
        # Where it was taken up once, that is its story; else where it last went by.
        if clue and (clue not in score.clues_met or exchange.move.clue_met):
            answered[clue] = exchange.number
        elif clue:
            answered.setdefault(clue, exchange.number)
    return tuple(
        ClueStory(clue_words(meeting, scenario, clue, before=number), scenario.fact(scenario.clue(clue).fact).title,
                  clue in score.clues_met, scenario.clue(clue).fact in score.facts_learned)
        for clue, number in answered.items())


def clue_words(meeting: Meeting, scenario: Scenario, clue_id: str, *, before: int | None = None) -> str:
    """The latest words of the clue that she really said; empty where none was (a language model may have reworded it).

    Args:
        meeting: where she said them.
        scenario: whose clue it is.
        clue_id: which.
        before: only what was said before the exchange of this number counts; what she said last nobody could answer yet.
    """
    forms = (*scenario.clue(clue_id).forms, *(scenario.opening if clue_id == scenario.opening_clue else ()))
    said = [exchange.line for exchange in meeting.exchanges if before is None or exchange.number < before]
    return next((form.words for line in reversed(said) for form in forms if form.words in line), "")


def _goals(meeting: Meeting) -> tuple[Tip, ...]:
    """Two tips of the meeting to take along: first those of replies that needed them, the latest first, on different cards."""
    tipped = [(exchange.score, exchange.tip) for exchange in reversed(meeting.scored) if exchange.score and exchange.tip]
    needed = [tip for score, tip in tipped if score.selling >= _SELLY or score.empathy < _WARM_EMPATHY]
    goals: dict[str, Tip] = {}
    for tip in (*needed, *(tip for _, tip in tipped)):
        goals.setdefault(tip.citation.card_id, tip)
    return tuple(goals.values())[:2]
