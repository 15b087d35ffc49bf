"""Where a model speaks, nothing goes to it before the trainee has read what is sent where; the server itself sees to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from coach.meeting import LOCAL_TRAINEE
from coach.settings import Engine
from coach.web.page import Page
from coach.web.render import render
from coach.web.server import create_app
from coach.wiring import Coach
from tests.fake_endpoint import KEY, Endpoint, says, serving

REFUSED = "First read what is sent where"


@dataclass
class _Peer:
    host: str = "127.0.0.1"


@dataclass
class _Request:
    client: _Peer = field(default_factory=_Peer)
    session_hash: str = "s"


HERE: gr.Request = _Request()  # type: ignore[assignment]  # as much of a request as handlers look at
ELSEWHERE: gr.Request = _Request(_Peer("10.0.0.9"))  # type: ignore[assignment]  # likewise


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as served:
        served.acts = [says("It is, rather.")]
        yield served


@pytest.fixture
def by_model(home: Path, endpoint: Endpoint, coach_in: Callable[[Path], AbstractContextManager[Coach]]) -> Iterator[Coach]:
    """A whole coach whose customer is the model behind the endpoint."""
    with coach_in(home) as embedded:
        wired = Coach(embedded.settings.model_copy(update={
            "engine": Engine.MODEL, "openai_base_url": endpoint.url, "openai_api_key": SecretStr(KEY), "model": "small",
            "model_retries": 0, "mask_names": "Novak; Reuter"}))
        wired.embedder, wired.scenarios, wired.cards = embedded.embedder, embedded.scenarios, embedded.cards
        yield wired
        wired.records.close()


@pytest.fixture
def page(by_model: Coach) -> Page:
    made = Page(by_model)
    made.build()
    return made


def last(steps: AsyncIterator[dict[Any, Any]]) -> str:
    async def all_of_them() -> str:
        return str([step async for step in steps])

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, all_of_them()).result()


def test_nothing_is_sent_before_it_is_read_and_then_it_is(page: Page, by_model: Coach, endpoint: Endpoint) -> None:
    old = by_model.practice.begin("acquisition-news", LOCAL_TRAINEE, 1)
    assert page.sending.arrive(HERE)[page.sending.column]["visible"] is True
    assert REFUSED in str(page.start("acquisition-news", 1, "easy", HERE))
    assert REFUSED in str(page.go_back(old.id, 1, HERE))
    assert REFUSED in last(page.desk.reply(old.id, 1, "That is big news.", HERE))
    assert REFUSED in last(page.library.answer("How do I apologise?", HERE))
    assert endpoint.asked == []
    assert by_model.records.get(old.id) == old
    assert len(by_model.practice.meetings(LOCAL_TRAINEE)) == 1

    assert page.sending.agree(HERE)[page.sending.column]["visible"] is False
    assert page.sending.arrive(HERE)[page.sending.column]["visible"] is False
    assert REFUSED not in str(page.start("acquisition-news", 1, "easy", HERE))
    assert REFUSED not in last(page.library.answer("How do I apologise?", HERE))
    assert len(endpoint.asked) > 0
    assert len(by_model.practice.meetings(LOCAL_TRAINEE)) == 2


def test_another_host_or_model_is_told_anew(page: Page, by_model: Coach) -> None:
    page.sending.agree(HERE)
    by_model.settings = by_model.settings.model_copy(update={"judge_model": "large"})
    assert page.sending.arrive(HERE)[page.sending.column]["visible"] is True
    assert REFUSED in str(page.start("acquisition-news", 1, "easy", HERE))


def test_nobody_from_elsewhere_says_that_it_was_read(page: Page, by_model: Coach) -> None:
    assert "There is nothing here." in str(page.sending.agree(ELSEWHERE))
    assert page.sending.arrive(ELSEWHERE)[page.sending.column]["visible"] is False
    assert by_model.records.notices_seen(LOCAL_TRAINEE) == frozenset()


def test_the_embedded_engine_asks_for_nothing(coach: Coach) -> None:
    page = Page(coach)
    page.build()
    assert page.sending.arrive(HERE)[page.sending.column]["visible"] is False
    assert REFUSED not in str(page.start("acquisition-news", 1, "easy", HERE))
    assert coach.records.notices_seen(LOCAL_TRAINEE) == frozenset()


def test_over_http_the_server_refuses_whatever_the_page_shows(by_model: Coach, endpoint: Endpoint) -> None:
    with TestClient(create_app(by_model), base_url="http://127.0.0.1:7860", client=("127.0.0.1", 5000)) as client:
        config = client.get("/config").json()

        def click(elem_id: str, session: str, *data: object) -> str:
            button = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == elem_id)
            handler = next(one["id"] for one in config["dependencies"] if [button, "click"] in one["targets"])
            client.post("/gradio_api/queue/join", json={
                "data": data, "fn_index": handler, "session_hash": session, "trigger_id": button})
            return client.get(f"/gradio_api/queue/data?session_hash={session}").text

        assert REFUSED in click("begin", "a", "acquisition-news", 1, "easy")
        assert by_model.practice.meetings(LOCAL_TRAINEE) == ()
        click("sending-read", "b")
        assert by_model.records.notices_seen(LOCAL_TRAINEE) == {by_model.notice}
        assert REFUSED not in click("begin", "c", "acquisition-news", 1, "easy")
        assert len(by_model.practice.meetings(LOCAL_TRAINEE)) == 1
        # Neither the names nor the key stand in what the browser is given.
        assert "Novak" not in str(config)
        assert KEY not in str(config)
    assert endpoint.asked == []


@pytest.mark.parametrize(("masked", "told"), [
    (0, "Names set in COACH_MASK_NAMES are replaced"), (1, "The name set in COACH_MASK_NAMES"),
    (3, "The 3 names set in COACH_MASK_NAMES")])
def test_what_the_notice_says(masked: int, told: str) -> None:
    shown = render("sending", host="<b>h.example</b>", masked=masked)
    assert "&lt;b&gt;h.example" in shown
    plain = shown.replace("<code>", "").replace("</code>", "")
    assert told in plain
    assert "COACH_ENGINE=embedded" in plain
