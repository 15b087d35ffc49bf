"""The customer's part of a turn: hearing, deciding, speaking; the scorer's part is measured with the whole turn."""

import statistics
import time
from random import Random

import pytest

from coach.customer.director import decide
from coach.customer.rules import load_rules
from coach.customer.script import Scenarios
from coach.customer.voice import EmbeddedVoice
from coach.domain import Level, ReplyScore, Speaker, Transcript, Turn
from coach.encounter import Encounter
from coach.evals.trainees import TRAINEES
from coach.language.embeddings import Embedder
from coach.scoring.detector import Detector
from coach.scoring.rubric import Rubric

pytestmark = pytest.mark.benchmark


def _chance(number: int) -> Random:
    return Random(number)


def test_the_customers_part_of_a_turn(embedder: Embedder, rubric: Rubric) -> None:
    """Over five scenarios. The reply's sentences are embedded already, as in a meeting, where the scorer came before."""
    scenarios = Scenarios()
    encounter = Encounter(scenarios, Detector(embedder, rubric), EmbeddedVoice(), embedder, load_rules())
    taken = []
    for scenario_id in ("acquisition-news", "war-room", "best-customer", "what-it-costs", "curiosity-call"):
        seat = encounter.seat(scenario_id, "", Level.MEDIUM, seed=1)
        memory, scores = encounter.start(seat).memory, list[ReplyScore]()
        turns, ending = [Turn(Speaker.CUSTOMER, seat.scenario.opening[0].line)], None
        while ending is None:
            history = Transcript(tuple(turns))
            reply = TRAINEES["person-first"](seat.scenario, history, _chance(memory.turn))
            answer = encounter.answer(seat, memory, history, scores, reply)
            start = time.perf_counter()
            heard = encounter.hear(seat, memory, history, answer.score.observations, reply)
            decision = decide(seat.scenario, seat.rules, memory, answer.score.observations, heard, _chance(1))
            EmbeddedVoice().line(seat.scenario, decision, _chance(1))
            taken.append(1000 * (time.perf_counter() - start))
            scores.append(answer.score)
            turns += [Turn(Speaker.TRAINEE, reply), Turn(Speaker.CUSTOMER, answer.spoken.text)]
            memory, ending = answer.memory, answer.decision.move.ending
    parts = statistics.quantiles(taken, n=20)
    print(f"\nhearing, deciding, speaking, {len(taken)} turns: p50 {statistics.median(taken):.1f} ms, p95 {parts[-1]:.1f} ms")
