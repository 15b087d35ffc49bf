"""Times of an embedded turn, whole and in parts. Measured and printed; nothing here can fail for being slow."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from coach.meeting import LOCAL_TRAINEE
from coach.settings import Settings
from coach.wiring import Coach

pytestmark = pytest.mark.benchmark
_SCENARIO = "acquisition-news"
_REPLIES = (
    "That is big news. Tell me more. How are you doing?",
    "Let's leave the project for today. How are people taking it?",
    "It sounds as if that weighs on you. Who are you most worried about?",
    "Hmm. How do you think this will affect our project?",
    "Sorry, that was the wrong question. How did you find out yourself?",
    "That must have been a shock. Who decides things now?",
    "I went through something like it two years ago, and nobody told us anything either. What is the hardest part for you? "
    "I don't mean the work, I mean you. We have the whole hour, and I have nothing else in my diary this morning.",
    "Our module cuts planning time by 20%, the new owners will love it.",
)
_SEEDS = 25


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coach]:
    """A coach on a real index and real SQLite on disk."""
    coach = Coach(Settings(home=tmp_path_factory.mktemp("bench")))
    coach.index()
    yield coach


def test_one_embedded_turn(ready: Coach) -> None:
    """Score, move, answer, tip, commit; every reply text is new to the embedder's memory."""
    times = []
    for seed in range(_SEEDS):
        meeting = ready.practice.begin(_SCENARIO, LOCAL_TRAINEE, seed)
        for number, reply in enumerate(_REPLIES, start=1):
            fresh = f"{reply} ({seed})"
            start = time.perf_counter()
            ready.practice.reply(meeting.id, LOCAL_TRAINEE, number, fresh)
            times.append(time.perf_counter() - start)
    _tell("one embedded turn", times)


def test_parts_of_a_turn(ready: Coach, tmp_path: Path) -> None:
    """Where the time goes."""
    meeting = ready.practice.begin(_SCENARIO, LOCAL_TRAINEE, 1)
    history = meeting.transcript
    _tell("observe (with embedding)", _timed(lambda i: ready.detector.score(history, f"{_REPLIES[2]} ({i})")))
    _tell("search for a tip", _timed(lambda i: ready.library.search(f"the customer dropped a clue and it went by {i}")))
    _tell("read a meeting back", _timed(lambda i: ready.records.get(meeting.id)))


def _timed(run: Callable[[int], object], times: int = 60) -> list[float]:
    took = []
    for i in range(times):
        start = time.perf_counter()
        run(i)
        took.append(time.perf_counter() - start)
    return took


def _tell(what: str, seconds: list[float]) -> None:
    p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95])
    print(f"\n{what}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, n = {len(seconds)}")
