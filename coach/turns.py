"""One turn as it is kept: her answer to a reply, the score, the tip, and where she erred. Nothing is kept here."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from coach.coaching.debrief import clue_words
from coach.coaching.tips import Situation, Tips
from coach.coaching.wording import Wording
from coach.customer.scenario import Goal
from coach.customer.state import Memory
from coach.domain import Behaviour, Exchange, Meeting, Move, ReplyScore, Speaker, Tip, Transcript
from coach.encounter import Encounter, OnLine, Seat, Seen, beside


@dataclass(frozen=True, slots=True)
class _At:
    """Where a meeting stands when a reply is given."""

    meeting: Meeting
    seat: Seat
    memory: Memory
    history: Transcript

    @property
    def tips(self) -> Sequence[Tip]:
        return [exchange.tip for exchange in self.meeting.exchanges if exchange.tip]


@dataclass(frozen=True, slots=True)
class Turns:
    """The parts that make a turn; `wording` fits tips to the moment, where a language model is at work."""

    encounter: Encounter
    tips: Tips
    wording: Wording | None = None

    def take(self, meeting: Meeting, reply: str, on_line: OnLine, at: datetime) -> Exchange:
        """The exchange that `reply` makes of a meeting as it stands.

        The turn takes as long as the slowest of voice, judge and the tip's words, which are made side by side.
        """
        seat = self.encounter.seat(meeting.scenario_id, meeting.person, meeting.level, meeting.seed)
        here = _At(meeting, seat, Memory.from_json(meeting.exchanges[-1].memory), meeting.transcript)
        first_name = seat.scenario.client.first_name
        wording: list[tuple[Tip, Future[Tip]]] = []

        def begin_wording(seen: Seen) -> None:
            if self.wording and (likely := self._tip(here, seen)):
                wording.append((likely, beside(partial(self.wording.worded, likely, here.history, reply, first_name))))

        earlier = [exchange.score for exchange in meeting.scored if exchange.score]
        answer = self.encounter.answer(seat, here.memory, here.history, earlier, reply, on_line, begin_wording)
        tip = self._tip(here, answer)
        # What the judge saw may call for another tip than the one begun; that one stays in its author's words.
        tip = next((worded.result() for likely, worded in wording if likely == tip), tip)
        exchange = Exchange(
            number=len(meeting.exchanges), reply=reply, line=answer.spoken.text, state=answer.memory.state,
            move=answer.decision.move, memory=answer.memory.to_json(), voice=answer.spoken.engine, at=at, score=answer.score,
            tip=tip)
        lapses = self.encounter.audit(seat, meeting.exchanges, exchange, answer.spoken.authored)
        return replace(exchange, lapses=tuple(lapse.value for lapse in lapses))

    def _tip(self, here: _At, seen: Seen) -> Tip | None:
        move, scenario = seen.decision.move, here.seat.scenario
        # A tip may only say that her hint was taken up, or passed over, where it was the hint and nothing else.
        hinted = seen.heard.clue_met or bool(move.clue_missed)
        clue = clue_words(here.meeting, scenario, here.memory.clue) if here.memory.clue and hinted else ""
        situation = Situation(
            here.history.last(Speaker.CUSTOMER), _as_she_heard_it(seen.score, move), len(here.history.turns),
            scenario.client.first_name, clue, interview=scenario.goal is Goal.INTERVIEW)
        return self.tips.tip(situation, here.tips)


def _as_she_heard_it(score: ReplyScore, move: Move) -> ReplyScore:
    """`score` without what her move contradicts: a judge may miss that her hint was taken up, and she answers it already."""
    contradicted = {Behaviour.MISSES_CLUE} if move.clue_met else {Behaviour.FOLLOWS_CLUE} if move.clue_missed else set()
    return replace(score, observations=tuple(one for one in score.observations if one.behaviour not in contradicted))
