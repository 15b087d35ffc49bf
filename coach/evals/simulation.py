"""Meetings between scripted trainees and the customers: what was told, how trust went, how it ended, and whether she erred."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from coach.domain import Ending, Level, ReplyScore, Speaker, Transcript, Turn
from coach.encounter import Encounter
from coach.evals.trainees import Trainee


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
        keys: the places of all authored lines she said, in order.
        early: facts told before their trust was there; `repeated` lines said twice.
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
    keys: tuple[str, ...]
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
    exchanges = [Exchanged(0, "", start.line, memory.state.trust, start.move.kind, start.move.facts)]
    scores: list[ReplyScore] = []
    early: list[str] = []
    while ending is None:
        transcript = Transcript(tuple(turns))
        # A stream of chance of its own for each reply, so that what she says does not depend on how the trainee draws.
        reply = policy(seat.scenario, transcript, Random(f"{seed}/{memory.turn + 1}/trainee"))  # noqa: S311 - repeatable
        if not reply:
            break
        answer = encounter.answer(seat, memory, transcript, scores, reply)
        memory, move = answer.memory, answer.decision.move
        early += [fact for fact in move.facts
                  if seat.rules.needs(seat.scenario, seat.scenario.fact(fact)) > memory.state.trust]
        scores.append(answer.score)
        turns += [Turn(Speaker.TRAINEE, reply), Turn(Speaker.CUSTOMER, answer.spoken.text)]
        exchanges.append(Exchanged(memory.turn, reply, answer.spoken.text, memory.state.trust, move.kind, move.facts,
                                   answer.score.empathy, answer.score.selling))
        ending = move.ending
    return Played(
        scenario_id, person.id, level, name, seed, tuple(exchanges), len(seat.scenario.facts), memory.told, ending,
        memory.used, tuple(early), _said_twice(exchanges))


def _said_twice(exchanges: Iterable[Exchanged]) -> tuple[str, ...]:
    lines = [one.line for one in exchanges]
    return tuple(dict.fromkeys(line for line in lines if lines.count(line) > 1))


def shared(one: Played, other: Played) -> float:
    """Share of the customer's lines in `one` that come in `other` too, in the same words."""
    lines = [exchange.line for exchange in one.exchanges]
    others = {exchange.line for exchange in other.exchanges}
    return sum(line in others for line in lines) / len(lines)


def play_all(encounter: Encounter, cells: Iterable[tuple[str, Level, str, Trainee]], seeds: Sequence[int]) -> Iterator[Played]:
    """Each cell (scenario, level, trainee's name, trainee) with each seed."""
    for scenario_id, level, name, policy in cells:
        for seed in seeds:
            yield play(encounter, scenario_id, level, name, policy, seed)
