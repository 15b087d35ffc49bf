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


def test_another_person_and_a_level_can_be_chosen_before_it_begins(
    own_server: Callable[..., Server], trainee_at: At
) -> None:
    trainee = trainee_at(own_server(COACH_SEED=""))  # a fixed seed would fix the person, too
    trainee.arrive()
    trainee.page.get_by_role("button", name="Prepare").first.click()
    heading = trainee.page.locator("#briefing h1")
    heading.wait_for()
    met = [heading.inner_text()]
    for _ in range(2):
        trainee.page.get_by_role("button", name="Meet somebody else").click()
        trainee.page.wait_for_function("before => document.querySelector('#briefing h1').innerText !== before", arg=met[-1])
        met.append(heading.inner_text())
    assert len(set(met)) == 3
    trainee.page.get_by_label("Hard: ").check()
    trainee.page.get_by_role("button", name="Begin the meeting").click()
    trainee.page.wait_for_selector("#chat .bot-row")
    name = met[-1].removeprefix("You are about to meet ")
    assert name in trainee.page.locator(".meeting-head").inner_text()
    trainee.page.get_by_role("button", name="End meeting").click()
    trainee.page.locator(".debrief").wait_for()
    with trainee.page.expect_download() as got:
        trainee.page.get_by_role("link", name="JSON").click()
    assert json.loads(got.value.path().read_text())["level"] == "hard"


def test_from_the_debrief_one_can_go_back_and_answer_otherwise(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    trainee.say(PERSON_FIRST[0])
    trainee.say("Hmm. How do you think this will affect our project?")
    before = trainee.lines
    trainee.page.get_by_role("button", name="End meeting").click()
    trainee.page.locator(".debrief").wait_for()
    first = trainee.page.url
    told = trainee.page.locator(".debrief").inner_text()
    assert "after your reply 1" in told
    trainee.page.locator(".debrief details.kept summary").click()
    assert "A way to ask, once it is time:" in trainee.page.locator(".debrief details.kept").inner_text()
    trainee.page.locator("#retry-at input").click()
    trainee.page.get_by_role("option", name="reply 2:").click()
    trainee.page.get_by_role("button", name="Go back there").click()
    trainee.page.wait_for_url("**/?meeting=*")
    trainee.page.wait_for_function("document.querySelectorAll('#chat details.mine').length === 1")
    assert trainee.lines == before[:2]
    trainee.say(PERSON_FIRST[1])
    assert trainee.lines[:2] == before[:2]
    assert trainee.lines[2] != before[2]
    trainee.page.goto(first)
    trainee.page.locator(".debrief").wait_for()
    assert before[2] in trainee.page.locator(".debrief .transcript").inner_text()
