"""Meetings between scripted trainees and the customers: what was told, how trust went, how it ended, and whether she erred."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

from coach.customer.audit import Lapse
from coach.domain import Ending, Exchange, Level, ReplyScore, Speaker, Transcript, Turn
from coach.encounter import Encounter
from coach.evals.trainees import Trainee

# The moment of a simulated exchange tells nothing.
_AT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One reply and the line it got; number 0 is the opening."""

    number: int
    reply: str
    line: str
    trust: float
    kind: str
    facts: tuple[str, ...]
    empathy: int | None = None
    selling: int | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """A simulated meeting.

    Attributes:
        facts: how many there were to be told; `told` the ids of those that were.
        early: facts told before their trust was there, `repeated` lines with something said before, as the audit has them.
    """

    scenario: str
    person: str
    level: Level
    trainee: str
    seed: int
    exchanges: tuple[Exchanged, ...]
    facts: int
    told: tuple[str, ...]
    ending: Ending | None
    early: tuple[str, ...]
    repeated: tuple[str, ...]

    @property
    def learned(self) -> float:
        """Share of the facts that were told, the opening's among them."""
        return len(self.told) / self.facts

    @property
    def trust(self) -> tuple[float, ...]:
        """Her trust after each exchange, the opening's first."""
        return tuple(one.trust for one in self.exchanges)


def play(encounter: Encounter, scenario_id: str, level: Level, name: str, policy: Trainee, seed: int) -> Played:
    """One meeting, to its end or until the trainee has nothing more to say.

    Raises:
        NotFoundError: no such scenario.
    """
    person = encounter.scenarios.script(scenario_id).drawn(seed)
    seat = encounter.seat(scenario_id, person.id, level, seed)
    start = encounter.start(seat)
    memory, ending = start.memory, None
    turns = [Turn(Speaker.CUSTOMER, start.line)]
    exchanges = [Exchange(number=0, reply="", line=start.line, state=memory.state, move=start.move, memory={}, voice="embedded",
                          at=_AT)]
    scores: list[ReplyScore] = []
    while ending is None:
        transcript = Transcript(tuple(turns))
        # A stream of chance of its own for each reply, so that what she says does not depend on how the trainee draws.
        reply = policy(seat.scenario, transcript, Random(f"{seed}/{memory.turn + 1}/trainee"))  # noqa: S311 - repeatable
        if not reply:
            break
        answer = encounter.answer(seat, memory, transcript, scores, reply)
        memory, move = answer.memory, answer.decision.move
        scores.append(answer.score)
        turns += [Turn(Speaker.TRAINEE, reply), Turn(Speaker.CUSTOMER, answer.spoken.text)]
        exchange = Exchange(number=memory.turn, reply=reply, line=answer.spoken.text, state=memory.state, move=move, memory={},
                            voice=answer.spoken.engine, at=_AT, score=answer.score)
        lapses = encounter.audit(seat, exchanges, exchange, answer.spoken.authored)
        exchanges.append(replace(exchange, lapses=tuple(lapses)))
        ending = move.ending
    return Played(
        scenario_id, person.id, level, name, seed, tuple(map(_told, exchanges)), len(seat.scenario.facts), memory.told, ending,
        early=tuple(fact for one in exchanges if Lapse.EARLY in one.lapses for fact in one.move.facts),
        repeated=tuple(one.line for one in exchanges if Lapse.REPETITION in one.lapses))


def _told(one: Exchange) -> Exchanged:
    score = one.score
    return Exchanged(one.number, one.reply, one.line, one.state.trust, one.move.kind, one.move.facts,
                     score.empathy if score else None, score.selling if score else None)


def shared(one: Played, other: Played) -> float:
    """Share of the customer's lines in `one` that come in `other` too, in the same words."""
    lines = [exchange.line for exchange in one.exchanges]
    others = {exchange.line for exchange in other.exchanges}
    return sum(line in others for line in lines) / len(lines)
