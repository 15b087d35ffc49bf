"""With a language model: what is sent where is read first, by mouse or keyboard, in any width and light; then one can begin."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Server, Trainee
from tests.fake_endpoint import KEY, Endpoint, serving

At = Callable[..., Trainee]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as served:
        yield served


def test_the_notice_comes_first_and_once(own_server: Callable[..., Server], trainee_at: At, endpoint: Endpoint) -> None:
    server = own_server(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=endpoint.url, COACH_MODEL="small", COACH_MASK_NAMES="Novak; Reuter")
    host = endpoint.url.removeprefix("http://").removesuffix("/v1")

    phone = trainee_at(server, viewport=PHONE, color_scheme="dark", has_touch=True)
    phone.arrive()
    notice = phone.page.get_by_role("region", name="What is sent, and where")
    expect(notice).to_contain_text(host)
    expect(notice).to_contain_text("The 2 names set in COACH_MASK_NAMES")
    assert "Novak" not in phone.page.content()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    _picture(phone, "phone-dark")

    trainee = trainee_at(server, viewport=DESKTOP)
    trainee.arrive()
    page = trainee.page
    expect(page.locator("#sending-head")).to_be_focused()
    _picture(trainee, "desktop-light")
    page.get_by_role("button", name="Prepare").first.click()
    page.get_by_role("button", name="Begin the meeting").click()
    expect(page.locator("#briefing [role=alert]")).to_contain_text("First read what is sent where")
    assert endpoint.asked == []
    page.locator("#sending-head").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="I have read this")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#sending")).to_be_hidden()
    expect(page.locator("#briefing h1")).to_be_focused()
    page.get_by_role("button", name="Begin the meeting").click()
    page.wait_for_selector("#chat .bot-row")

    trainee.arrive()
    page.locator(".unfinished a").first.wait_for()
    expect(page.locator("#sending")).to_be_hidden()


def _picture(trainee: Trainee, name: str) -> None:
    """For a person to look at, where a folder for them is set."""
    if folder := os.environ.get("COACH_TEST_PICTURES"):
        trainee.page.screenshot(path=Path(folder) / f"sending-{name}.png")
