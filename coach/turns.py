"""One turn as it is kept: her answer to a reply, the score, the tip, and where she erred. Nothing is kept here."""

from dataclasses import dataclass, replace
from datetime import datetime

from coach.coaching.debrief import clue_words
from coach.coaching.tips import Situation, Tips
from coach.customer.scenario import Goal
from coach.customer.state import Memory
from coach.domain import Behaviour, Exchange, Meeting, Move, ReplyScore, Speaker, Tip
from coach.encounter import Answer, Encounter, OnLine, Seat

# A model says .5 where a careful colleague might disagree; the embedded engine's confidences are shares, and are weighed later.
_RATHER_SURE = 0.7


@dataclass(frozen=True, slots=True)
class Turns:
    """The parts that make a turn."""

    encounter: Encounter
    tips: Tips

    def take(self, meeting: Meeting, reply: str, on_line: OnLine, at: datetime) -> Exchange:
        """The exchange that `reply` makes of a meeting as it stands."""
        seat = self.encounter.seat(meeting.scenario_id, meeting.person, meeting.level, meeting.seed)
        memory = Memory.from_json(meeting.exchanges[-1].memory)
        earlier = [exchange.score for exchange in meeting.scored if exchange.score]
        answer = self.encounter.answer(seat, memory, meeting.transcript, earlier, reply, on_line)
        exchange = Exchange(
            number=len(meeting.exchanges), reply=reply, line=answer.spoken.text, state=answer.memory.state,
            move=answer.decision.move, memory=answer.memory.to_json(), voice=answer.spoken.engine, at=at, score=answer.score,
            tip=self._tip(meeting, seat, memory, answer))
        lapses = self.encounter.audit(seat, meeting.exchanges, exchange, answer.spoken.authored)
        return replace(exchange, lapses=tuple(lapse.value for lapse in lapses))

    def _tip(self, meeting: Meeting, seat: Seat, memory: Memory, answer: Answer) -> Tip | None:
        move, scenario, history = answer.decision.move, seat.scenario, meeting.transcript
        # A tip may only say that her hint was taken up, or passed over, where it was the hint and nothing else.
        hinted = answer.heard.clue_met or bool(move.clue_missed)
        clue = clue_words(meeting, scenario, memory.clue) if memory.clue and hinted else ""
        situation = Situation(
            history.last(Speaker.CUSTOMER), _as_she_heard_it(answer.score, move), len(history.turns),
            scenario.client.first_name, clue, interview=scenario.goal is Goal.INTERVIEW)
        return self.tips.tip(situation, [exchange.tip for exchange in meeting.exchanges if exchange.tip])


def _as_she_heard_it(score: ReplyScore, move: Move) -> ReplyScore:
    """`score` without what her move contradicts, and without what a language model calls open to doubt: no tip rests on that.

    A judge may miss that her hint was taken up, and she answers it already.
    """
    least = _RATHER_SURE if score.source.engine == "model" else 0.0
    contradicted = {Behaviour.MISSES_CLUE} if move.clue_met else {Behaviour.FOLLOWS_CLUE} if move.clue_missed else set()
    return replace(score, observations=tuple(
        one for one in score.observations if one.behaviour not in contradicted and one.confidence >= least))
