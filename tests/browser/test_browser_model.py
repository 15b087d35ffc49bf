"""With a language model: a tab that is closed stops it, others go on; the look back comes into the debrief by itself."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Trainee
from tests.fake_endpoint import JUDGED, KEY, TIP, Endpoint, Handler, by_task, says, serving, slowly, task_of

At = Callable[..., Trainee]
# After them she listens, so that any line will do.
LEAVING = "That is big news. I am with you!"
STAYING = "That is big news. I am with you."
LINE = "It is, rather. Thank you. I had not thought of it in that way, and it is good that somebody asks me."
LOOKED_BACK = json.dumps({
    "moments": [{"reply": 1, "quote": "That is big news.", "said": "You named it, and waited."}],
    "next": "Ask one more question before you answer."})


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as served:
        yield served


def test_a_closed_tab_stops_its_own_answer_and_the_other_meeting_is_looked_back_on(
        own_server: Callable[..., Server], trainee_at: At, endpoint: Endpoint) -> None:
    stopped: list[str] = []
    looking_back = Event()

    def speaks(handler: Handler, body: dict[str, Any]) -> None:
        try:
            slowly(LINE, 0.0, 2.0)(handler, body)
        except OSError:
            stopped.append(str(body))

    def takes_its_time(handler: Handler, body: dict[str, Any]) -> None:
        looking_back.wait(20)
        says(LOOKED_BACK)(handler, body)

    endpoint.acts = [by_task({
        "voice": [speaks], "judge": [says(JUDGED)], "tip": [says(TIP)], "debrief": [takes_its_time]})]
    server = own_server(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=endpoint.url, COACH_MODEL="small", COACH_MODEL_RETRIES="0")
    stays = trainee_at(server)
    stays.arrive()
    stays.page.get_by_role("button", name="I have read this").click()
    expect(stays.page.locator("#sending")).to_be_hidden()
    leaves = trainee_at(server, context=stays.page.context)
    for one, reply in ((stays, STAYING), (leaves, LEAVING)):
        one.begin()
        one.page.fill("#reply textarea", reply)
        one.page.press("#reply textarea", "Enter")
    expect(leaves.page.locator("#chat")).to_contain_text("It is, rather.", timeout=20_000)
    leaves.page.close()

    expect(stays.page.locator("#chat details.mine")).to_have_count(1, timeout=20_000)
    assert stays.lines[-1] == LINE
    until = time.monotonic() + 10
    while not stopped and time.monotonic() < until:
        time.sleep(0.05)
    assert len(stopped) == 1
    assert LEAVING in stopped[0]
    with sqlite3.connect(server.home / "coach.db") as records:
        assert records.execute("SELECT reply FROM exchanges WHERE number > 0").fetchall() == [(STAYING,)]

    stays.page.get_by_role("button", name="End meeting").click()
    debrief = stays.page.locator(".debrief")
    waiting = debrief.get_by_role("status")
    expect(waiting).to_have_text("The language model is looking back on the meeting …")
    expect(debrief).to_contain_text("The conversation")
    looking_back.set()
    head = debrief.get_by_role("heading", name="Looking back")
    head.wait_for()
    expect(waiting).to_have_count(0)
    expect(debrief.locator(".look-back q")).to_have_text("That is big news.")
    stays.page.reload()
    head.wait_for()
    stays.page.wait_for_timeout(1000)  # time enough to ask again, if it did
    assert [task_of(body) for body in endpoint.asked].count("debrief") == 1
