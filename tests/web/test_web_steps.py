"""What comes late from a model is not shown over what the trainee has gone on to."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest

from coach.domain import Meeting
from coach.meeting import LOCAL_TRAINEE
from coach.web.page import Page
from coach.web.steps import Steps
from coach.wiring import Coach
from tests.fake_endpoint import JUDGED, REPLY, TIP, Endpoint, Handler, by_task, says, serving

LOOKED_BACK = json.dumps({
    "moments": [{"reply": 1, "quote": "That is big news.", "said": "You named it."}], "next": "Ask, and wait."})


def tab(name: str = "a") -> gr.Request:
    """As much of a tab's request as handlers look at."""
    return cast(gr.Request, SimpleNamespace(client=SimpleNamespace(host="127.0.0.1"), session_hash=name, query_params={}))


class Held:
    """An answer that waits until it is let go."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked, self.let_go = Event(), Event()

    def act(self, handler: Handler, body: dict[str, Any]) -> None:
        self.asked.set()
        assert self.let_go.wait(20)
        says(self.text)(handler, body)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as served:
        yield served


@pytest.fixture
def page(endpoint: Endpoint, by_model_at: Callable[..., Coach]) -> Page:
    made = Page(by_model_at(endpoint.url))
    made.build()
    made.sending.agree(tab())
    return made


def answers(endpoint: Endpoint, tip: Held | None = None, debrief: Held | None = None) -> None:
    endpoint.acts = [by_task({
        "voice": [says("It is, rather. Thank you.")], "judge": [says(JUDGED)], "tip": [tip.act if tip else says(TIP)],
        "debrief": [debrief.act if debrief else says(LOOKED_BACK)]})]


def steps(of: AsyncIterator[dict[Any, Any]]) -> list[dict[Any, Any]]:
    async def all_of_them() -> list[dict[Any, Any]]:
        return [step async for step in of]

    return asyncio.run(all_of_them())


def begun(page: Page) -> Meeting:
    meeting = page.coach.practice.begin("acquisition-news", LOCAL_TRAINEE, 3)
    page.coach.practice.reply(meeting.id, LOCAL_TRAINEE, 1, REPLY)
    return meeting


def test_the_tip_is_fitted_after_the_turn_and_shown_in_its_panel(page: Page, endpoint: Endpoint) -> None:
    answers(endpoint)
    meeting = page.coach.practice.begin("acquisition-news", LOCAL_TRAINEE, 3)
    with ThreadPoolExecutor(1) as pool:
        after = pool.submit(steps, page.desk.reply(meeting.id, 1, REPLY, tab())).result()[-1]
        assert "The tip is being put into words." in str(after[page.desk.panel])
        (shown,) = pool.submit(steps, page.desk.fit_tip(meeting.id, tab())).result()
    assert TIP in str(shown[page.desk.panel])
    assert "The tip is being put into words." not in str(shown[page.desk.panel])
    assert page.desk.box not in shown
    kept = page.coach.records.get(meeting.id).exchanges[1].tip
    assert kept is not None
    assert (kept.text, kept.worded_by) == (TIP, "model:small")


@pytest.mark.parametrize("then", ["reply", "finish", "go_back", "start"])
def test_a_tip_that_comes_late_is_kept_and_not_shown(page: Page, endpoint: Endpoint, then: str) -> None:
    tip = Held(TIP)
    answers(endpoint, tip)
    meeting = begun(page)
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(steps, page.desk.fit_tip(meeting.id, tab()))
        assert tip.asked.wait(20)
        match then:
            case "reply":
                page.steps.take(tab())
            case "finish":
                page.finish(meeting.id, tab())
            case "go_back":
                page.go_back(meeting.id, 1, tab())
            case "start":
                page.start("acquisition-news", 1, "medium", tab())
        tip.let_go.set()
        assert late.result() == []
    kept = page.coach.records.get(meeting.id).exchanges[1].tip
    assert kept is not None
    assert kept.worded_by == "model:small"


def test_a_reply_kept_while_a_tip_is_fitted_is_in_the_meeting_that_comes_back(page: Page, endpoint: Endpoint) -> None:
    tip = Held(TIP)
    answers(endpoint, tip)
    meeting = begun(page)
    practice = page.coach.practice
    with ThreadPoolExecutor(1) as pool:
        fitting = pool.submit(practice.fit_tip, meeting.id, LOCAL_TRAINEE)
        assert tip.asked.wait(20)
        practice.reply(meeting.id, LOCAL_TRAINEE, 2, REPLY)
        tip.let_go.set()
        assert [exchange.number for exchange in fitting.result().exchanges] == [0, 1, 2]


def test_a_look_back_that_comes_late_is_kept_and_not_shown(page: Page, endpoint: Endpoint) -> None:
    debrief = Held(LOOKED_BACK)
    answers(endpoint, debrief=debrief)
    meeting = begun(page)
    page.finish(meeting.id, tab())
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(steps, page.debrief.look_back(meeting.id, tab()))
        assert debrief.asked.wait(20)
        page.start("acquisition-news", 1, "medium", tab())
        debrief.let_go.set()
        assert len(late.result()) == 1  # that it is awaited
    assert page.coach.records.get(meeting.id).look_back is not None


def test_steps_are_each_tab_s_own_and_end_with_it() -> None:
    steps = Steps()
    steps.take(tab("a"))
    steps.take(tab("a"))
    assert (steps.now(tab("a")), steps.now(tab("b"))) == (2, 0)
    gone, other = steps.gone(tab("a")), steps.gone(tab("b"))
    assert steps.gone(tab("a")) is gone
    steps.leave(tab("a"))
    assert gone.is_set()
    assert not other.is_set()
    assert steps.now(tab("a")) == 0
    assert not steps.gone(tab("a")).is_set()
