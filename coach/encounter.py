"""One turn with a simulated customer, from the trainee's reply to her line: observe, hear, decide, speak. Nothing is kept here.

Meetings (`meeting.py`) keep what comes out of it; simulations (`evals/`) only look at it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from random import Random
from threading import Lock, Thread
from typing import TypeVar

from coach.customer.audit import Lapse, audit
from coach.customer.director import Decision, decide, opening
from coach.customer.leak_check import Secrets
from coach.customer.listening import Ear, Heard
from coach.customer.rules import Rules
from coach.customer.scenario import Scenario
from coach.customer.script import Scenarios
from coach.customer.state import Memory
from coach.customer.voice import Spoken, Voice
from coach.domain import Exchange, Level, Move, Observation, ReplyScore, Speaker, Transcript, Turn
from coach.language.embeddings import Embedder
from coach.scoring.events import in_order
from coach.scoring.observer import Observer

OnLine = Callable[[str], None]
_Result = TypeVar("_Result")


def unheard(_: str) -> None:
    """Where nobody listens while she speaks."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Whom a trainee meets, at which level, by which seed: all that fixes a meeting but the replies."""

    scenario: Scenario
    rules: Rules
    seed: int


@dataclass(frozen=True, slots=True)
class Start:
    """Her opening line, her move for the record, and her memory after it."""

    line: str
    move: Move
    memory: Memory


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one reply."""

    score: ReplyScore
    heard: Heard
    decision: Decision
    spoken: Spoken

    @property
    def memory(self) -> Memory:
        """Her memory after the line, with its words spent."""
        return self.decision.memory.spend(self.spoken.used)


@dataclass
class Encounter:
    """The parts that make a customer answer.

    Attributes:
        observer: what it sees in a reply moves the customer, so it must be quick.
        judge: whose scores count, where that is not the observer; it takes its time while she speaks.
    """

    scenarios: Scenarios
    observer: Observer
    voice: Voice
    embedder: Embedder
    rules: Rules
    judge: Observer | None = None
    _secrets: dict[tuple[str, str], Secrets] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _ears: dict[tuple[str, str], Ear] = field(default_factory=dict)

    def seat(self, scenario_id: str, person_id: str, level: Level, seed: int) -> Seat:
        """Who sits there.

        Raises:
            NotFoundError: no such scenario.
        """
        scenario = self.scenarios.cast(scenario_id, person_id)
        return Seat(scenario, self.rules.at(level, scenario.client.temperament), seed)

    def start(self, seat: Seat) -> Start:
        """How she opens the meeting."""
        scenario = seat.scenario
        first = Random(f"{seat.seed}/0").randrange(len(scenario.opening))  # noqa: S311 - repeatable on purpose, not a secret
        memory = opening(scenario, seat.rules).spend((f"opening/{first}",))
        move = Move(kind="open", mood=seat.rules.mood(memory.state).value, facts=(scenario.opening_fact,),
                    clue_dropped=scenario.opening_clue)
        return Start(scenario.opening[first].line, move, memory)

    def answer(self, seat: Seat, memory: Memory, history: Transcript, earlier: Sequence[ReplyScore], reply: str,
               on_line: OnLine = unheard) -> Answer:
        """Her answer to `reply`, which follows `history`.

        The turn takes as long as the slower of voice and judge, not as both.

        Args:
            earlier: the scores of the replies before it.
            on_line: is given her line as it grows.
        """
        number = memory.turn + 1
        judged = _beside(partial(self.judge.score, history, reply)) if self.judge else None
        seen = self.observer.score(history, reply)
        heard = self.hear(seat, memory, history, seen.observations, reply)
        # Two streams of chance, so that the words chosen do not sway what is decided.
        decision = decide(seat.scenario, seat.rules, memory, seen.observations, heard, _chance(seat.seed, number, "move"))
        spoken_to = Transcript((*history.turns, Turn(Speaker.TRAINEE, reply)))
        for spoken in self.voice.speak(seat.scenario, decision, spoken_to, _chance(seat.seed, number, "words")):
            on_line(spoken.text)
        return Answer(in_order(earlier, judged.result() if judged else seen), heard, decision, spoken)

    def hear(self, seat: Seat, memory: Memory, history: Transcript, observations: tuple[Observation, ...], reply: str) -> Heard:
        """What she makes of `reply`, in which `observations` were made."""
        return self._ear(seat.scenario).hear(reply, observations, memory, history)

    def audit(self, seat: Seat, earlier: Sequence[Exchange], exchange: Exchange, authored: str = "") -> tuple[Lapse, ...]:
        """How the customer erred in the line of `exchange`, which follows `earlier`; `authored` is the authors' own."""
        return audit(seat.scenario, seat.rules, lambda: self._secrets_of(seat.scenario), earlier, exchange, authored)

    def _secrets_of(self, scenario: Scenario) -> Secrets:
        who = (scenario.id, scenario.client.id)
        if who not in self._secrets:
            self._secrets[who] = Secrets(scenario, self.embedder)
        return self._secrets[who]

    def prepare(self, seat: Seat) -> None:
        """Make ready, beside whatever else goes on, what takes a second or two before the first reply can be heard."""
        Thread(target=self._ear, args=(seat.scenario,), daemon=True).start()

    def _ear(self, scenario: Scenario) -> Ear:
        who = (scenario.id, scenario.client.id)
        with self._lock:
            if who not in self._ears:
                self._ears[who] = Ear(scenario, self.embedder, self.rules.thresholds)
            return self._ears[who]


def _beside(do: Callable[[], _Result]) -> "Future[_Result]":
    """What `do` gives, to come. In a thread that holds up nobody who leaves, as one of a pool would."""
    coming: Future[_Result] = Future()

    def work() -> None:
        try:
            coming.set_result(do())
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised where the result is asked for
            coming.set_exception(error)

    # With the context, so that what it takes is counted for this turn.
    Thread(target=copy_context().run, args=(work,), daemon=True).start()
    return coming


def _chance(seed: int, number: int, what: str) -> Random:
    return Random(f"{seed}/{number}/{what}")  # noqa: S311 - repeatable on purpose, not a secret
