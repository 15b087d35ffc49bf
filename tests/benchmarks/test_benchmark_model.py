"""What coach adds to a language model's own time. The endpoint, on loopback, thinks for 0.8 s and writes 40 tokens a second.

Measured and printed; nothing here can fail for being slow. COACH_TEST_MOST is how many meetings go on at once (100).
"""

import json
import os
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from coach.llm.chat import ask_for, ask_for_text, make_chat_model
from coach.meeting import LOCAL_TRAINEE
from coach.scoring.judge import Judgement
from coach.settings import Engine, Settings, Task
from coach.wiring import Coach
from tests.fake_endpoint import Endpoint, Handler, serving, slowly

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(0)]
FIRST_SECONDS, TOKENS_A_SECOND = 0.8, 40.0
# After it she listens, so that no fact must be in her line.
REPLY = "That is big news. I am with you."
LINE = ("It is, rather, and nobody here has said a word since. I walked the floor this morning and they were all at it. "
        "Coffee, I mean, not work.")
JUDGEMENT = json.dumps({
    "behaviours": [{"behaviour": "acknowledges", "quote": "That is big news.", "confidence": 1.0, "about": ""}],
    "empathy": 2, "selling": 0, "overall": 2, "earned": False, "reason": "You named the news. " * 4})
TIP = "Stay with her news a little longer. Ask “What has it been like on the floor since?” and then wait."
VOICE_SIGN, TIP_SIGN = "you say your next line", "What to advise is decided"


# When the voice was asked, by the endpoint's clock, which is this process's.
ASKED: list[float] = []


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    line, judgement, tip = (slowly(text, FIRST_SECONDS, TOKENS_A_SECOND) for text in (LINE, JUDGEMENT, TIP))

    def act(handler: Handler, body: dict[str, Any]) -> None:
        prompt = body["messages"][0]["content"]
        if VOICE_SIGN in prompt:
            ASKED.append(time.perf_counter())
        (tip if TIP_SIGN in prompt else line if body.get("stream") else judgement)(handler, body)

    with serving() as served:
        served.acts = [act]
        yield served


@pytest.fixture(scope="module")
def ready(endpoint: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coach]:
    coach = Coach(Settings(home=tmp_path_factory.mktemp("bench"), engine=Engine.MODEL, openai_api_key=SecretStr("k"),
                           openai_base_url=endpoint.url, model="small"))
    coach.index()
    yield coach


def test_a_turn_beside_the_bare_calls(ready: Coach) -> None:
    """Voice and judge called by themselves, and a turn; one after the other, over and over."""
    model = make_chat_model(ready.settings, Task.JUDGE)
    bare_first, bare_line, bare_judge = list[float](), list[float](), list[float]()
    asked, first, turn, cpu = list[float](), list[float](), list[float](), list[float]()
    _turn(ready, 0)
    for number in range(1, 13):
        start = time.perf_counter()
        times = [time.perf_counter() - start for _ in ask_for_text(model, "Say something.")]
        bare_first.append(times[0])
        bare_line.append(times[-1])
        start = time.perf_counter()
        ask_for(model, "Judge.", Judgement)
        bare_judge.append(time.perf_counter() - start)
        begun = time.perf_counter()
        sentence, whole, spent = _turn(ready, number)
        asked.append(ASKED[-1] - begun)
        first.append(sentence)
        turn.append(whole)
        cpu.append(spent)
    a_sentence = FIRST_SECONDS + LINE.split(". ", maxsplit=1)[0].count(" ") / TOKENS_A_SECOND
    print(f"\nbare: first token {_median(bare_first)}, line {_median(bare_line)}, judge {_median(bare_judge)}\n"
          f"turn: first sentence {_median(first)} (the model has it at {a_sentence:.2f} s), whole {_median(turn)}\n"
          f"the voice is asked after {_median(asked)}: first token to the bare call "
          f"{(np.median(bare_first) + np.median(asked)) / np.median(bare_first):.3f}\n"
          f"first sentence to the model's own: {np.median(first) / a_sentence:.3f}; "
          f"turn to the slower call: {np.median(turn) / max(np.median(bare_line), np.median(bare_judge)):.3f}\n"
          f"coach's own CPU a turn, endpoint and client included: {_median(cpu)}")


def test_many_meetings_at_once(ready: Coach) -> None:
    """No error, no line in another's meeting; how much longer a turn takes than one alone."""
    many = int(os.environ.get("COACH_TEST_MOST", "100"))
    alone = [_turn(ready, 1000 + number)[1] for number in range(3)]
    busy = time.process_time()
    with ThreadPoolExecutor(many) as pool:
        taken = [whole for _, whole, _ in pool.map(lambda number: _turn(ready, number), range(2000, 2000 + many))]
    p95 = float(np.percentile(taken, 95))
    print(f"\n{many} meetings at once: a turn {np.median(taken):.2f} s, p95 {p95:.2f} s; alone {np.median(alone):.2f} s; "
          f"CPU a turn {(time.process_time() - busy) / many:.2f} s, endpoint and client included\n"
          f"memory at its most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def _turn(ready: Coach, seed: int) -> tuple[float, float, float]:
    """Seconds to the first sentence and for the whole turn, and CPU seconds of this process meanwhile."""
    meeting = ready.practice.begin("acquisition-news", LOCAL_TRAINEE, seed)
    said: list[float] = []
    reply = f"{REPLY} ({seed})"
    start, busy = time.perf_counter(), time.process_time()
    exchange = ready.practice.reply(meeting.id, LOCAL_TRAINEE, 1, reply, lambda _: said.append(time.perf_counter() - start))
    whole, spent = time.perf_counter() - start, time.process_time() - busy
    assert exchange.voice == "model:small", exchange.voice
    assert exchange.score is not None
    assert exchange.score.source.engine == "model"
    assert ready.practice.get(meeting.id, LOCAL_TRAINEE).exchanges[1].reply == reply
    return said[0], whole, spent


def _median(seconds: list[float]) -> str:
    return f"{np.median(seconds):.3f} s"
