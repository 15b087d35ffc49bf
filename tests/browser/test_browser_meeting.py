"""The first meeting in a real browser, three ways, and what follows it."""

import json
import re
from collections.abc import Callable

from tests.browser.conftest import Server, Trainee

At = Callable[..., Trainee]
PERSON_FIRST = (
    "That is big news. Tell me more. How are you doing?",
    "Let's leave the project for today. How are people taking it?",
    "It sounds as if that weighs on you. Who are you most worried about?",
    "You said it quite plainly. What is that like for you?",
    "How did you find out yourself?",
    "That must have been a shock. Who decides things now?",
)


def test_asking_about_the_project_first(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    trainee.say("Hmm. How do you think this will affect our project?")
    assert trainee.meter("Selling") > trainee.meter("Empathy") + 25
    assert "turned to the deal" in trainee.seen
    assert "passed over a clue" in trainee.seen
    assert "before you asked about Maren" in trainee.page.locator("#panel .verdict").inner_text()
    assert trainee.trust[-1] < trainee.trust[0]


def test_asking_about_the_person_first(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    trainee.say("That is big news. Tell me more. How are you doing?")
    assert trainee.meter("Empathy") >= 65
    assert trainee.meter("Selling") <= 15
    assert trainee.trust[-1] > trainee.trust[0]
    told = trainee.lines[-1]
    # She tells something that her opening did not: how people are taking it.
    assert re.search(r"dispatch|planners|tea|stroke|quiet", told, re.IGNORECASE), told
    tip = trainee.page.locator("#panel .tip")
    assert len(tip.inner_text()) > 30
    tip.locator("summary").click()
    assert "After " in tip.locator("details").inner_text()


def test_a_kind_word_as_a_springboard(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    trainee.say("How are you? Anyway, about the project, what happens now?")
    assert "used sympathy as a springboard" in trainee.seen
    assert trainee.meter("Empathy") < 40
    assert trainee.trust[-1] < trainee.trust[0]


def test_quotes_are_marked_in_the_reply(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    reply = "That is big news. Tell me more. How are you doing?"
    trainee.say(reply)
    assert trainee.page.locator("#panel blockquote.said").inner_text() == reply
    marks = trainee.page.locator("#panel mark.person").all_inner_texts()
    assert "Tell me more." in marks


def test_a_whole_meeting_to_its_debrief_and_exports(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    for reply in PERSON_FIRST:
        trainee.say(reply)
    assert len(set(trainee.lines)) == len(trainee.lines)
    trainee.page.get_by_role("button", name="End meeting").click()
    debrief = trainee.page.locator(".debrief")
    debrief.wait_for()
    text = debrief.inner_text()
    assert "What you learned" in text
    assert "Clues" in text
    charts = debrief.locator("figure.chart svg")
    assert charts.count() == 2
    assert "Empathy: " in (charts.first.get_attribute("aria-label") or "")
    with trainee.page.expect_download() as got:
        debrief.get_by_role("link", name="JSON").click()
    exported = json.loads(got.value.path().read_text())
    assert [e["reply"] for e in exported["exchanges"][1:]] == list(PERSON_FIRST)
    with trainee.page.expect_download() as got:
        debrief.get_by_role("link", name="Markdown").click()
    assert PERSON_FIRST[0] in got.value.path().read_text()
    trainee.page.get_by_role("button", name="Meetings").click()
    trainee.page.locator("#meetings .meetings a").first.click()
    trainee.page.locator(".debrief").wait_for()
    assert debrief.locator("h1").inner_text() in text


def test_pitching_on_makes_her_leave(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    for number in range(1, 13):
        trainee.say(f"Our module saves you {10 + number}% and I need your signature on the contract today.")
        if trainee.page.locator("#send").is_disabled():
            break
    assert trainee.page.locator("#send").is_disabled()
    assert "The meeting is over" in trainee.notice
    trainee.page.get_by_role("button", name="To the debrief").click()
    trainee.page.locator(".debrief").wait_for()
    assert "Maren ended it" in trainee.page.locator(".debrief h1").inner_text()
