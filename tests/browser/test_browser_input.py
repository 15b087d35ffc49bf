"""What a page has to take: nothing, too much, foreign things, and two of everything."""

import sqlite3
from collections.abc import Callable

import pytest

from tests.browser.conftest import Server, Trainee

At = Callable[..., Trainee]


def test_an_empty_reply_is_answered_with_a_hint(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    trainee.page.get_by_role("button", name="Send").click()
    trainee.page.wait_for_selector("#notice [role=alert]")
    assert "nothing to send" in trainee.notice
    assert trainee.replies == 0


def test_fifty_thousand_characters_stay_in_the_box(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    long = "I hear you. " * 4167
    trainee.page.fill("#reply textarea", long)
    trainee.page.get_by_role("button", name="Send").click()
    trainee.page.wait_for_selector("#notice [role=alert]")
    assert "4,000" in trainee.notice
    assert trainee.page.input_value("#reply textarea") == long
    trainee.say("Sorry. How are you?")


def test_html_and_script_are_shown_as_text(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    reply = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> **How** are you? $x$ &amp;"
    trainee.say(reply)
    trainee.page.wait_for_timeout(300)
    assert trainee.page.title() != "owned"
    assert trainee.page.locator("#chat .user-row .message-content").first.inner_text().strip() == reply
    assert trainee.page.locator("#panel blockquote.said").inner_text() == reply
    trainee.page.get_by_role("button", name="End meeting").click()
    trainee.page.locator(".debrief").wait_for()
    assert trainee.page.title() != "owned"
    assert reply in trainee.page.locator(".debrief .transcript").inner_text()


def test_control_characters_are_left_out_with_a_word(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    trainee.say("How are you\x07\x1b[31m doing?")
    assert "left out" in trainee.notice
    assert trainee.page.locator("#panel blockquote.said").inner_text() == "How are you[31m doing?"


@pytest.mark.parametrize(
    "reply", ["Wie geht es Ihnen, und was haben Sie jetzt vor?", "你好,你怎么样?", "…", "asdfgh qwrtzp kljhg"])
def test_what_she_can_not_follow_she_answers_as_a_person(server: Server, trainee_at: At, reply: str) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    trainee.say(reply)
    assert len(trainee.lines) == 2
    assert trainee.lines[-1].strip()
    assert trainee.page.locator("#panel .doubt").inner_text().strip()


def test_a_double_click_sends_once(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    trainee.page.fill("#reply textarea", "How are you doing?")
    trainee.page.get_by_role("button", name="Send").dblclick()
    trainee.page.wait_for_selector("#panel [role=meter]")
    trainee.page.wait_for_timeout(400)
    assert trainee.replies == 1
    assert len(trainee.lines) == 2


def test_two_windows_on_one_meeting(server: Server, trainee_at: At) -> None:
    first = trainee_at(server)
    first.begin()
    first.page.wait_for_url("**/?meeting=*")
    second = trainee_at(server, first.page.context)
    second.page.goto(first.page.url)
    second.page.wait_for_selector("#chat .bot-row")
    first.say("That is big news. How are you?")
    second.page.fill("#reply textarea", "What about the contract?")
    second.page.press("#reply textarea", "Enter")
    second.page.wait_for_selector("#notice [role=alert]")
    assert "moved on in another window" in second.notice
    assert second.replies == 1
    assert second.page.input_value("#reply textarea") == "What about the contract?"
    second.say("Forget the contract. How is the team?")
    assert second.replies == 2


def test_records_that_can_not_be_written(own_server: Callable[..., Server], trainee_at: At) -> None:
    server = own_server()
    trainee = trainee_at(server)
    trainee.page.set_default_timeout(30_000)
    trainee.begin()
    # Somebody else holds the database: a real lock, longer than coach will wait.
    with sqlite3.connect(server.home / "coach.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        trainee.page.fill("#reply textarea", "How are you doing?")
        trainee.page.press("#reply textarea", "Enter")
        trainee.page.wait_for_selector("#notice [role=alert]")
        assert trainee.page.input_value("#reply textarea") == "How are you doing?"
        other.execute("ROLLBACK")
    trainee.page.press("#reply textarea", "Enter")
    trainee.page.wait_for_selector("#panel [role=meter]")
    assert trainee.replies == 1


def test_what_is_written_while_she_answers_is_kept(own_server: Callable[..., Server], trainee_at: At) -> None:
    trainee = trainee_at(own_server(COACH_TYPING_PACE="3"))
    trainee.begin()
    box = trainee.page.locator("#reply textarea")
    box.fill("That is big news. How are you doing?")
    box.press("Enter")
    trainee.page.wait_for_selector("#send[disabled], #send:disabled")
    box.press_sequentially("And your team")
    box.press("Enter")
    trainee.page.wait_for_selector("#panel [role=meter]")
    trainee.page.wait_for_timeout(300)
    assert box.input_value() == "And your team"
    assert trainee.replies == 1
    box.press("Enter")
    trainee.page.wait_for_function("document.querySelectorAll('#chat details.mine').length === 2")
    assert trainee.replies == 2


def test_a_reply_sent_the_moment_she_has_answered_is_not_lost(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    # In the page itself, at the very frame in which Send opens again: no hand is quicker.
    trainee.page.evaluate("""() => {
      const box = document.querySelector('#reply textarea'), send = document.querySelector('#send');
      const say = (text) => { box.value = text; box.dispatchEvent(new Event('input', {bubbles: true}));
        setTimeout(() => send.click(), 0); };
      let next = 1, was = false;
      new MutationObserver(() => {
        if (was && !send.disabled && next < 4) say('How is your team taking it, and who told them? ' + next++);
        was = send.disabled;
      }).observe(send, {attributes: true});
      say('That is big news. How are you doing?');
    }""")
    trainee.page.wait_for_function("document.querySelectorAll('#chat details.mine').length === 4")
    assert trainee.replies == 4
