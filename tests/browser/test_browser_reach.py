"""Keyboard, phone, dark: the page for everyone."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import PHONE, Server, Trainee

At = Callable[..., Trainee]


def test_a_meeting_by_keyboard_alone(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.arrive()
    trainee.page.wait_for_selector("text=Practise before")
    _tab_to(trainee, "Prepare")
    trainee.page.keyboard.press("Enter")
    trainee.page.wait_for_selector("#begin")
    _tab_to(trainee, "Begin the meeting")
    trainee.page.keyboard.press("Enter")
    trainee.page.wait_for_selector("#chat .bot-row")
    trainee.page.wait_for_function("document.activeElement?.closest('#reply') !== null")
    trainee.page.keyboard.type("That is big news.")
    trainee.page.keyboard.press("Shift+Enter")
    trainee.page.keyboard.type("How are you?")
    trainee.page.keyboard.press("Enter")
    trainee.page.wait_for_selector("#panel [role=meter]")
    assert trainee.page.locator("#panel blockquote.said").inner_text() == "That is big news.\nHow are you?"
    # Where one wrote, one writes on, and sees it.
    assert trainee.page.evaluate("document.activeElement?.closest('#reply') !== null")
    outlined = trainee.page.evaluate("getComputedStyle(document.querySelector('#reply textarea')).outlineStyle")
    assert outlined == "solid"


def _tab_to(trainee: Trainee, name: str) -> None:
    for _ in range(20):
        trainee.page.keyboard.press("Tab")
        if trainee.page.evaluate("document.activeElement?.textContent?.trim()") == name:
            return
    pytest.fail(f"Tab never reached {name!r}")


def test_new_lines_are_announced_with_their_speaker(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    trainee.say("How are you?")
    assert trainee.page.locator("#chat [role=log][aria-live=polite]").count() == 1
    trainee.page.wait_for_function(
        "[...document.querySelectorAll('#chat [data-testid][aria-label]')]"
        ".every(e => /^(Maren|You): /.test(e.getAttribute('aria-label')))")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_each_reply_s_card_on_a_tap(server: Server, trainee_at: At, scheme: str) -> None:
    trainee = trainee_at(server, viewport=PHONE, has_touch=True, is_mobile=True, color_scheme=scheme)
    trainee.begin()
    page = trainee.page
    page.fill("#reply textarea", "That is big news. Tell me more. How are you doing?")
    page.get_by_role("button", name="Send").tap()
    card = page.locator("#chat details.mine").first
    card.wait_for()
    assert not page.locator("#side").is_visible()
    card.locator("> summary").tap()
    assert card.locator(".verdict").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="End meeting").tap()
    page.locator(".debrief").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 27)"
    assert dark == (scheme == "dark")


def test_a_click_before_the_page_has_settled_counts(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    for _ in range(3):
        trainee.arrive()
        trainee.page.get_by_role("button", name="Prepare").first.click()
        trainee.page.wait_for_selector("#begin")
        trainee.page.wait_for_timeout(800)
        assert trainee.page.locator("#begin").is_visible()


def test_an_address_that_leads_nowhere(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.arrive("/?meeting=nosuchthing")
    trainee.page.wait_for_selector("#home [role=alert]")
    assert "nosuchthing" in trainee.page.locator("#home [role=alert]").inner_text()
    assert trainee.page.get_by_role("button", name="Prepare").first.is_visible()
