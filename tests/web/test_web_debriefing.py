"""A model on the page: its look back after the end, the mark where it did not speak, and a tab that is closed in mid-answer."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any, cast

import gradio as gr
import pytest
from fastapi.testclient import TestClient

from coach.domain import Meeting
from coach.errors import StorageError
from coach.meeting import LOCAL_TRAINEE
from coach.settings import OnFailure
from coach.web.page import Page
from coach.web.server import create_app
from coach.wiring import Coach
from tests.fake_endpoint import JUDGED, REPLY, TIP, Act, Endpoint, Handler, by_task, fails, says, serving, slowly, task_of

LINE = "It is, rather. Thank you."
LOOKED_BACK = json.dumps({
    "moments": [{"reply": 1, "quote": "That is big news.", "said": "You named it, <b>and</b> waited."}],
    "next": "Ask one more <i>question</i> before you answer."})
WAIT = "The language model is looking back on the meeting …"
FAILED = "open it again to let the model try once more."
Steps = list[dict[Any, Any]]


@dataclass
class _Peer:
    host: str = "127.0.0.1"


@dataclass
class _Request:
    """As much of a request as handlers look at."""

    session_hash: str
    client: _Peer = field(default_factory=_Peer)
    query_params: dict[str, str] = field(default_factory=dict)


def tab(name: str = "a", host: str = "127.0.0.1", **query: str) -> gr.Request:
    return cast(gr.Request, _Request(name, _Peer(host), query))


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as served:
        yield served


def expect(endpoint: Endpoint, **acts: list[Act]) -> None:
    """The endpoint does well, but where a test sets down something else."""
    well = {"voice": [says(LINE)], "judge": [says(JUDGED)], "tip": [says(TIP)], "debrief": [says(LOOKED_BACK)]}
    endpoint.acts = [by_task(well | acts)]


@pytest.fixture
def page_with(endpoint: Endpoint, by_model_at: Callable[..., Coach]) -> Callable[..., Page]:
    """The page of a coach with a model, whose trainee has read what is sent where."""

    def make(**changes: object) -> Page:
        expect(endpoint)
        made = Page(by_model_at(endpoint.url, **changes))
        made.build()
        made.sending.agree(tab())
        return made

    return make


@pytest.fixture
def page(page_with: Callable[..., Page]) -> Page:
    return page_with()


def steps(of: AsyncIterator[dict[Any, Any]]) -> Steps:
    async def all_of_them() -> Steps:
        return [step async for step in of]

    # In a thread: where a browser was driven before, this one has a loop already.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, all_of_them()).result()


def begun(page: Page) -> Meeting:
    return page.coach.practice.begin("acquisition-news", LOCAL_TRAINEE, 3)


def ended(page: Page) -> Meeting:
    meeting = begun(page)
    page.coach.practice.reply(meeting.id, LOCAL_TRAINEE, 1, REPLY)
    return page.coach.practice.end(meeting.id, LOCAL_TRAINEE)


def looks_back(page: Page, meeting: Meeting, request: gr.Request | None = None) -> list[str]:
    """What the debrief shows, one step after the other."""
    return [str(step[page.debrief.html]) for step in steps(page.debrief.look_back(meeting.id, request or tab()))]


def asked(endpoint: Endpoint, task: str) -> int:
    return sum(task_of(body) == task for body in endpoint.asked)


class TestLookBack:
    """After the end the debrief is there at once, and the look back as soon as it can be."""

    def test_it_comes_after_the_debrief_and_is_kept(self, page: Page, endpoint: Endpoint) -> None:
        meeting = begun(page)
        page.coach.practice.reply(meeting.id, LOCAL_TRAINEE, 1, REPLY)
        at_once = str(page.finish(meeting.id, tab())[page.debrief.html])
        assert "The conversation" in at_once
        assert "Looking back" not in at_once
        assert asked(endpoint, "debrief") == 0
        waiting, shown = looks_back(page, meeting)
        assert WAIT in waiting
        assert "Looking back</h2>" not in waiting
        assert "The conversation" in waiting
        assert WAIT not in shown
        assert "Looking back</h2>" in shown
        assert "<q>That is big news.</q> You named it, &lt;b&gt;and&lt;/b&gt; waited." in shown
        assert "Ask one more &lt;i&gt;question&lt;/i&gt; before you answer." in shown
        assert "Written by the language model small" in shown
        kept = page.coach.records.get(meeting.id).look_back
        assert kept is not None
        assert kept.model == "small"

    def test_a_reload_shows_what_is_kept_and_asks_nothing(self, page: Page, endpoint: Endpoint) -> None:
        meeting = ended(page)
        looks_back(page, meeting)
        again = page.arrive(tab("another", debrief=meeting.id))
        assert "Looking back</h2>" in str(again[page.debrief.html])
        assert again[page.desk.meeting_id] == meeting.id
        assert looks_back(page, meeting) == []
        assert asked(endpoint, "debrief") == 1

    def test_where_it_fails_the_debrief_stays_and_a_reload_tries_again(self, page: Page, endpoint: Endpoint) -> None:
        meeting = ended(page)
        expect(endpoint, debrief=[fails(500), says(LOOKED_BACK)])
        waiting, failed = looks_back(page, meeting)
        assert WAIT in waiting
        assert FAILED in failed
        assert "The conversation" in failed
        assert page.coach.records.get(meeting.id).look_back is None
        assert "Looking back</h2>" in looks_back(page, meeting)[-1]

    def test_where_it_can_not_be_kept_it_is_said(
            self, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise StorageError("The disk is full.")

        meeting = ended(page)
        monkeypatch.setattr(page.coach.records, "keep_look_back", full)
        assert "The disk is full." in looks_back(page, meeting)[-1]

    def test_nothing_is_sent_before_it_was_read_what_is_sent(self, page: Page, endpoint: Endpoint) -> None:
        meeting = ended(page)
        page.coach.settings = page.coach.settings.model_copy(update={"debrief_model": "large"})
        assert looks_back(page, meeting) == []
        assert asked(endpoint, "debrief") == 0

    def test_nobody_from_elsewhere_has_it_made(self, page: Page, endpoint: Endpoint) -> None:
        assert looks_back(page, ended(page), tab(host="10.0.0.9")) == []
        assert asked(endpoint, "debrief") == 0

    def test_somebody_else_s_meeting_is_not_looked_back_on(self, page: Page, endpoint: Endpoint) -> None:
        meeting = page.coach.practice.begin("acquisition-news", "someone-else", 3)
        (told,) = looks_back(page, meeting)
        assert f"There is no meeting &#39;{meeting.id}&#39;" in told
        assert asked(endpoint, "debrief") == 0

    def test_where_there_is_nothing_to_look_back_on_nothing_changes(self, page: Page, endpoint: Endpoint) -> None:
        going_on = begun(page)
        page.coach.practice.reply(going_on.id, LOCAL_TRAINEE, 1, REPLY)
        nothing_said = page.coach.practice.end(begun(page).id, LOCAL_TRAINEE)
        for meeting in (going_on, nothing_said):
            assert looks_back(page, meeting) == []
        assert steps(page.debrief.look_back("", tab())) == []
        assert asked(endpoint, "debrief") == 0

    def test_the_embedded_engine_looks_back_in_figures_alone(self, coach: Coach) -> None:
        page = Page(coach)
        page.build()
        meeting = ended(page)
        assert looks_back(page, meeting) == []
        assert "Looking back" not in str(page.finish(meeting.id, tab())[page.debrief.html])


    def test_where_there_is_none_the_page_stays_as_it_is(self, coach: Coach) -> None:
        """On the wire: whoever clicks before the page has wholly arrived finds their view emptied otherwise."""
        with TestClient(create_app(coach), base_url="http://127.0.0.1:7860", client=("127.0.0.1", 5000)) as client:
            following = [one["id"] for one in client.get("/config").json()["dependencies"] if [None, "then"] in one["targets"]]
            assert following
            for handler in following:
                client.post("/gradio_api/queue/join", json={"data": [""], "fn_index": handler, "session_hash": "s"})
                events = client.get("/gradio_api/queue/data?session_hash=s").text.splitlines()
                given = [json.loads(event.removeprefix("data:")) for event in events if event.startswith("data:")]
                values = [value for one in given for value in (one.get("output") or {}).get("data", [])]
                assert values
                assert [value for value in values if value is None or "value" in value] == []


class TestStandIn:
    """Where the scenario's line stands in, a mark below it says so."""

    def test_the_mark_stands_below_her_line_and_below_no_other(self, page: Page, endpoint: Endpoint) -> None:
        meeting = begun(page)
        expect(endpoint, voice=[fails(500), says(LINE)])
        steps(page.desk.reply(meeting.id, 1, REPLY, tab()))
        shown = steps(page.desk.reply(meeting.id, 2, REPLY, tab()))[-1][page.desk.chat]
        kept = page.coach.records.get(meeting.id)
        opening, first, second = [message["content"] for message in shown if message["role"] == "assistant"]
        assert isinstance(opening, str)
        line, mark = first
        assert line == kept.exchanges[1].line.replace("&", "&amp;")
        assert mark.value == ('<p class="stand-in muted small">The language model gave no answer, so this line is the '
                              "scenario’s own.</p>")
        assert kept.exchanges[2].voice == "model:small"
        assert second == LINE

    def test_at_a_cap_it_says_that(self, page_with: Callable[..., Page], endpoint: Endpoint) -> None:
        page = page_with(meeting_tokens=0)
        meeting = begun(page)
        shown = steps(page.desk.reply(meeting.id, 1, REPLY, tab()))[-1][page.desk.chat]
        _, mark = next(message["content"] for message in reversed(shown) if message["role"] == "assistant")
        assert "The language model’s cap is reached, so this line is the scenario’s own." in mark.value
        assert endpoint.asked == []

    def test_in_the_embedded_engine_s_meetings_there_is_none(self, coach: Coach) -> None:
        page = Page(coach)
        page.build()
        coach.settings = coach.settings.model_copy(update={"typing_pace": 0.0})
        shown = steps(page.desk.reply(begun(page).id, 1, REPLY, tab()))[-1]
        assert all(isinstance(message["content"], str) for message in shown[page.desk.chat] if message["role"] == "assistant")


class Speaking:
    """A model that speaks slowly, in as many voices as it is asked; what it was stopped in, and what it finished."""

    TEXT = "It is, rather. Thank you. I had not thought of it in that way, and it is good that somebody asks."

    def __init__(self) -> None:
        self.stopped = Event()
        self.finished = Event()

    def act(self, handler: Handler, body: dict[str, Any]) -> None:
        try:
            slowly(self.TEXT, 0.0, 8.0)(handler, body)
            self.finished.set()
        except OSError:
            self.stopped.set()


class TestLeaving:
    """A tab that is closed stops the model that speaks for it, and nobody else's."""

    def leaves(self, page: Page, meeting: Meeting, *leavers: str) -> Steps:
        """The steps of tab a's reply, in the middle of which the tabs named leave."""
        seen: Steps = []

        async def listen() -> None:
            left = False
            async for step in page.desk.reply(meeting.id, 1, REPLY, tab("a")):
                seen.append(step)
                if not left and "It is, rather." in str(step.get(page.desk.chat, "")):
                    left = True
                    for name in leavers:
                        page.desk.leave(tab(name))

        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, listen()).result()
        return seen

    def test_nothing_is_kept_of_the_reply_and_the_stream_is_closed(self, page: Page, endpoint: Endpoint) -> None:
        speaking, meeting = Speaking(), begun(page)
        expect(endpoint, voice=[speaking.act])
        seen = self.leaves(page, meeting, "a")
        assert "It is, rather." in str(seen)
        assert "The trainee has left" in str(seen[-1][page.desk.notice])
        assert seen[-1][page.desk.box] == REPLY
        assert speaking.stopped.wait(10)
        assert not speaking.finished.is_set()
        assert page.coach.records.get(meeting.id) == meeting
        # It can be sent again, from wherever the trainee comes back.
        expect(endpoint)
        again = steps(page.desk.reply(meeting.id, 1, REPLY, tab("b")))[-1]
        assert again[page.desk.number] == 2
        assert page.coach.records.get(meeting.id).exchanges[1].line == LINE

    @pytest.mark.parametrize("on_failure", OnFailure)
    def test_whatever_is_set_for_failures_it_is_none(
            self, page_with: Callable[..., Page], endpoint: Endpoint, on_failure: OnFailure) -> None:
        page = page_with(model_failure=on_failure)
        speaking, meeting = Speaking(), begun(page)
        expect(endpoint, voice=[speaking.act])
        self.leaves(page, meeting, "a")
        assert speaking.stopped.wait(10)
        assert page.coach.records.get(meeting.id) == meeting

    def test_another_tab_that_is_closed_stops_nobody_else(self, page: Page, endpoint: Endpoint) -> None:
        speaking, meeting = Speaking(), begun(page)
        expect(endpoint, voice=[speaking.act])
        seen = self.leaves(page, meeting, "b", "")
        assert speaking.finished.is_set()
        assert not speaking.stopped.is_set()
        assert seen[-1][page.desk.number] == 2
        assert page.coach.records.get(meeting.id).exchanges[1].line == Speaking.TEXT

    def test_a_second_click_is_stopped_with_the_first(self, page: Page, endpoint: Endpoint) -> None:
        meeting = begun(page)
        both = [Speaking(), Speaking()]
        expect(endpoint, voice=[both[0].act, both[1].act])

        async def click() -> None:
            async for _ in page.desk.reply(meeting.id, 1, REPLY, tab("a")):
                pass

        async def twice() -> None:
            clicks = asyncio.gather(click(), click())
            until = time.monotonic() + 10
            while asked(endpoint, "voice") < 2 and time.monotonic() < until:
                await asyncio.sleep(0.02)
            page.desk.leave(tab("a"))
            await clicks

        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, twice()).result()
        assert all(one.stopped.wait(10) for one in both)
        assert page.coach.records.get(meeting.id) == meeting

    def test_who_leaves_when_all_is_said_changes_nothing(self, page: Page) -> None:
        meeting = begun(page)
        steps(page.desk.reply(meeting.id, 1, REPLY, tab("a")))
        page.desk.leave(tab("a"))
        page.desk.leave(tab("a"))
        assert len(page.coach.records.get(meeting.id).exchanges) == 2
        steps(page.desk.reply(meeting.id, 2, REPLY, tab("a")))
        assert len(page.coach.records.get(meeting.id).exchanges) == 3
