"""Every fault of an endpoint, at every task: what the trainee sees, what is kept, and who is named for it.

Run it with `-s` for the table.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from coach.coaching.ask import NO_ANSWER, PASSAGES_THEMSELVES, ask_coach
from coach.coaching.words import stand_in
from coach.domain import Exchange, Meeting
from coach.errors import ModelError
from coach.settings import Engine, OnFailure
from coach.wiring import Coach
from tests.fake_endpoint import (
    JUDGED,
    KEY,
    REPLY,
    Act,
    Endpoint,
    Handler,
    breaks_off,
    event,
    fails,
    hangs_up,
    says,
    send,
    serving,
    task_of,
)

LINE = "It is, rather. Thank you."
LOOKED_BACK = json.dumps({
    "moments": [{"reply": 1, "quote": "That is big news.", "said": "You named it, and waited."}],
    "next": "Ask one more question before you answer."})


def refuses(handler: Handler, body: dict[str, Any]) -> None:
    if body.get("stream"):
        said = event({"role": "assistant", "refusal": "I can not do that."})
        send(handler, 200, f"{said}data: [DONE]\n\n", "text/event-stream")
        return
    message = {"role": "assistant", "content": None, "refusal": "I can not do that."}
    send(handler, 200, json.dumps({
        "id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}))


def ends(reason: str) -> Act:
    def act(handler: Handler, body: dict[str, Any]) -> None:
        half = '{"behaviours": [{"behavi' if not body.get("stream") else "It is, rather. I was going to"
        if body.get("stream"):
            choice = {"index": 0, "delta": {}, "finish_reason": reason}
            send(handler, 200, event({"content": half}) + event({}, choices=[choice]) + "data: [DONE]\n\n", "text/event-stream")
            return
        send(handler, 200, json.dumps({
            "id": "c", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": half}, "finish_reason": reason}]}))

    return act


def too_slow(handler: Handler, _: dict[str, Any]) -> None:
    time.sleep(2.5)
    hangs_up(handler, {})


FAULTS: dict[str, Act] = {
    "timeout": too_slow,
    "429": fails(429, "Slow down.", "rate_limit_exceeded"),
    "500": fails(500),
    "cut in mid-stream": breaks_off,
    "truncated": ends("length"),
    "invalid JSON": says('{"behaviours": [}'),
    "empty": says(""),
    "refusal": refuses,
    "content filter": ends("content_filter"),
    "context overflow": fails(400, "Too long.", "context_length_exceeded"),
    "key revoked": fails(401, "Incorrect API key.", "invalid_api_key"),
}


class Scene:
    """A coach at an endpoint that does well until a task is made to fail."""

    def __init__(self, endpoint: Endpoint, wired: Coach) -> None:
        self.coach = wired
        self.broken: dict[str, Act] = {}
        endpoint.acts = [self._act]

    def _act(self, handler: Handler, body: dict[str, Any]) -> None:
        task = task_of(body)
        well = {"voice": says(LINE), "judge": says(JUDGED), "debrief": says(LOOKED_BACK), "ask": says("Ask how she is [1]."),
                "tip": says("Stay with it: “What has that been like?”")}
        self.broken.get(task, well[task])(handler, body)

    def begin(self) -> Meeting:
        return self.coach.practice.begin("acquisition-news", "ada", seed=1)

    def reply(self, meeting: Meeting, number: int = 1) -> Exchange:
        return self.coach.practice.reply(meeting.id, "ada", number, REPLY)


@pytest.fixture(scope="module")
def scenes(
    coach_in: Callable[[Path], AbstractContextManager[Coach]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[OnFailure, Scene]]:
    """One for each way of taking a failure, made once: what a customer must know before she can listen takes a second."""
    with ExitStack() as open_until_the_end:
        made = {}
        for on_failure in OnFailure:
            endpoint = open_until_the_end.enter_context(serving())
            coach = open_until_the_end.enter_context(coach_in(tmp_path_factory.mktemp("faults")))
            wired = Coach(coach.settings.model_copy(update={
                "engine": Engine.MODEL, "openai_api_key": SecretStr(KEY), "openai_base_url": endpoint.url, "model": "small",
                "model_retries": 0, "model_timeout": 2.0, "model_failure": on_failure}))
            wired.embedder, wired.scenarios, wired.cards, wired.live = coach.embedder, coach.scenarios, coach.cards, coach.live
            made[on_failure] = Scene(endpoint, wired)
            open_until_the_end.callback(wired.records.close)
        yield made


@pytest.fixture
def scene_with(scenes: dict[OnFailure, Scene]) -> Callable[[OnFailure], Scene]:
    """The scene for a way of taking a failure, with nothing broken yet."""
    for scene in scenes.values():
        scene.broken.clear()
    return scenes.__getitem__


def told(fault: str, task: str, seen: str, kept: str) -> None:
    print(f"\n{fault:18} | {task:8} | {seen:60} | {kept}")


@pytest.mark.parametrize("fault", FAULTS)
def test_where_the_voice_fails_she_speaks_by_the_scenario(scene_with: Callable[[OnFailure], Scene], fault: str) -> None:
    scene = scene_with(OnFailure.EMBEDDED)
    meeting = scene.begin()
    scene.broken["voice"] = FAULTS[fault]
    exchange = scene.reply(meeting)
    assert exchange.voice.startswith("embedded, in place of model:small")
    assert "scenario’s own" in stand_in(exchange)
    assert exchange.line
    assert exchange.score is not None
    assert exchange.score.source.engine == "model"
    # In the middle of a meeting it comes back as it went.
    scene.broken.clear()
    assert scene.reply(meeting, 2).voice.startswith("model:small")
    assert [one.number for one in scene.coach.practice.get(meeting.id, "ada").exchanges] == [0, 1, 2]
    told(fault, "voice", stand_in(exchange), "her line by the scenario, the model's score")


@pytest.mark.parametrize("fault", FAULTS)
def test_where_the_judge_fails_the_embedded_engine_scores(scene_with: Callable[[OnFailure], Scene], fault: str) -> None:
    scene = scene_with(OnFailure.EMBEDDED)
    meeting = scene.begin()
    scene.broken["judge"] = FAULTS[fault]
    exchange = scene.reply(meeting)
    assert (exchange.line, exchange.voice) == (LINE, "model:small")
    assert exchange.score is not None
    assert exchange.score.source.engine == "embedded"
    assert exchange.score.note.startswith("The language model gave no judgement")
    assert scene.coach.practice.get(meeting.id, "ada").exchanges[1] == exchange
    told(fault, "judge", exchange.score.note, "the model's line, the embedded score")


# JSON is an answer of the voice's, if not one that she may say: the scenario's line takes its place, as always then.
@pytest.mark.parametrize(("fault", "task"), [
    (fault, task) for fault in FAULTS for task in ("voice", "judge") if (fault, task) != ("invalid JSON", "voice")])
def test_where_the_settings_want_it_the_reply_can_be_sent_again(
    scene_with: Callable[[OnFailure], Scene], fault: str, task: str
) -> None:
    scene = scene_with(OnFailure.RETRY)
    meeting = scene.begin()
    scene.broken[task] = FAULTS[fault]
    with pytest.raises(ModelError) as sentence:
        scene.reply(meeting)
    assert str(sentence.value).endswith(".")
    assert KEY not in str(sentence.value)
    assert len(scene.coach.practice.get(meeting.id, "ada").exchanges) == 1
    scene.broken.clear()
    exchange = scene.reply(meeting)
    assert (exchange.number, exchange.voice) == (1, "model:small")
    assert scene.coach.practice.get(meeting.id, "ada").exchanges[1:] == (exchange,)
    told(fault, f"{task}, retry", str(sentence.value), "nothing, then the same reply sent again")


@pytest.mark.parametrize("fault", FAULTS)
def test_where_a_tip_s_words_fail_they_are_its_author_s(scene_with: Callable[[OnFailure], Scene], fault: str) -> None:
    scene = scene_with(OnFailure.EMBEDDED)
    practice = scene.coach.practice
    meeting = scene.begin()
    exchange = scene.reply(meeting)
    scene.broken["tip"] = FAULTS[fault]
    kept = practice.fit_tip(meeting.id, "ada").exchanges[1]
    assert kept == exchange == practice.get(meeting.id, "ada").exchanges[1]
    assert exchange.tip is not None
    assert exchange.tip.worded_by == ""
    scene.broken.clear()
    fitted = practice.fit_tip(meeting.id, "ada").exchanges[1].tip
    assert fitted is not None
    assert (fitted.worded_by, fitted.citation) == ("model:small", exchange.tip.citation)
    assert fitted.text != exchange.tip.text
    assert practice.get(meeting.id, "ada").exchanges[1].tip == fitted
    told(fault, "tip", "the card's own words", "the model's line and score")


@pytest.mark.parametrize("fault", FAULTS)
def test_where_the_look_back_fails_the_debrief_is_there(scene_with: Callable[[OnFailure], Scene], fault: str) -> None:
    scene = scene_with(OnFailure.EMBEDDED)
    practice = scene.coach.practice
    meeting = scene.begin()
    scene.reply(meeting)
    ended = practice.end(meeting.id, "ada")
    scene.broken["debrief"] = FAULTS[fault]
    with pytest.raises(ModelError):
        practice.look_back(ended)
    assert practice.get(meeting.id, "ada").look_back is None
    assert practice.debrief(ended).headline
    scene.broken.clear()
    found = practice.look_back(ended).look_back
    assert found is not None
    assert [one.quote for one in found.moments] == ["That is big news."]
    assert practice.get(meeting.id, "ada").look_back == found
    told(fault, "debrief", "the computed debrief, and that the look back is not there", "the meeting; a second try works")


@pytest.mark.parametrize("fault", FAULTS)
def test_where_the_answer_fails_the_passages_answer(scene_with: Callable[[OnFailure], Scene], fault: str) -> None:
    scene = scene_with(OnFailure.EMBEDDED)
    wired = scene.coach
    scene.broken["ask"] = FAULTS[fault]
    answer = ask_coach("What do I say when a client has big news?", wired.library, wired.answering_model)
    assert (answer.text, answer.engine) == (PASSAGES_THEMSELVES, "embedded")
    assert answer.citations
    scene.broken.clear()
    again = ask_coach("What do I say when a client has big news?", wired.library, wired.answering_model)
    assert (again.text, again.engine) == ("Ask how she is [1].", "model")
    assert answer.text != NO_ANSWER
    told(fault, "ask", answer.text, "nothing is kept of questions")
