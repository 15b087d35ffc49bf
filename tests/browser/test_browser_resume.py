"""The server dies in mid-meeting. Nothing is lost, nothing is doubled."""

import sqlite3
import time
from collections.abc import Callable

from tests.browser.conftest import Server, Trainee

At = Callable[..., Trainee]


def test_after_a_kill_the_meeting_is_offered_again(own_server: Callable[..., Server], trainee_at: At) -> None:
    server = own_server()
    trainee = trainee_at(server)
    trainee.begin()
    trainee.say("That is big news. Tell me more. How are you doing?")
    trainee.say("Let's leave the project for today. How are people taking it?")
    before = trainee.lines
    server.kill()
    server.start()
    again = trainee_at(server)
    again.arrive()
    again.page.locator(".unfinished a").first.click()
    again.page.wait_for_selector("#chat .bot-row")
    assert again.lines == before
    assert again.replies == 2
    again.say("Who are you most worried about?")
    assert again.replies == 3
    assert len(set(again.lines)) == len(again.lines)


def test_a_kill_while_she_answers(own_server: Callable[..., Server], trainee_at: At) -> None:
    server = own_server(COACH_TYPING_PACE="5")
    trainee = trainee_at(server)
    trainee.begin()
    trainee.page.fill("#reply textarea", "That is big news. How are you doing?")
    trainee.page.press("#reply textarea", "Enter")
    trainee.page.wait_for_selector(".typing")
    _wait_for_exchanges(server, 2)
    server.kill()
    server.start()
    again = trainee_at(server)
    again.arrive()
    again.page.locator(".unfinished a").first.click()
    again.page.wait_for_selector("#chat .bot-row")
    # It was kept before it was shown.
    assert again.replies == 1
    assert len(again.lines) == 2


def _wait_for_exchanges(server: Server, wanted: int) -> None:
    """Until the records hold so many; she goes on typing for seconds after that."""
    until = time.monotonic() + 30
    with sqlite3.connect(server.home / "coach.db") as records:
        while records.execute("SELECT count(*) FROM exchanges").fetchone()[0] < wanted:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_a_reload_keeps_the_meeting_and_what_was_being_written(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    trainee.say("That is big news. How are you doing?")
    trainee.page.locator("#reply textarea").press_sequentially("It sounds as if")
    trainee.page.reload()
    trainee.page.wait_for_selector("#chat details.mine")
    trainee.page.wait_for_function("document.querySelector('#reply textarea').value === 'It sounds as if'")
    assert trainee.replies == 1
    trainee.say("It sounds as if that weighs on you.")
    trainee.page.reload()
    trainee.page.wait_for_function("document.querySelectorAll('#chat details.mine').length === 2")
    assert trainee.page.input_value("#reply textarea") == ""


def test_who_walks_on_while_she_answers_is_not_pulled_back(own_server: Callable[..., Server], trainee_at: At) -> None:
    server = own_server(COACH_TYPING_PACE="3")
    trainee = trainee_at(server)
    trainee.begin()
    first = trainee.page.url
    trainee.page.fill("#reply textarea", "That is big news. How are you doing?")
    trainee.page.press("#reply textarea", "Enter")
    trainee.page.wait_for_selector(".typing")
    trainee.page.get_by_role("button", name="Practice").click()
    trainee.page.get_by_role("button", name="Prepare").first.click()
    trainee.page.get_by_role("button", name="Begin the meeting").click()
    trainee.page.wait_for_function("where => location.href !== where && location.search.startsWith('?meeting=')", arg=first)
    trainee.page.wait_for_timeout(6000)
    assert trainee.replies == 0
    trainee.say("And here I ask: how are people taking it?")
    assert trainee.replies == 1
    assert len(trainee.lines) == 2
