"""The library as a reader uses it: look, type, ask, open, mark; and a document of one's own, in and out again."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Server, Trainee

At = Callable[..., Trainee]


def test_a_card_is_found_as_one_types_and_marked_as_read(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.arrive()
    page = trainee.page
    page.get_by_role("button", name="Library").click()
    page.locator(".shelf").first.wait_for()
    expect(page.locator("#cards")).to_contain_text("0 of 49 cards read.")
    page.locator("#query textarea").press_sequentially("how do i say sorry when we got it wrong", delay=10)
    found = page.locator("#found .found")
    expect(found).to_contain_text("Sorry for what I did", timeout=15_000)
    why = found.locator("li", has_text="Sorry for what I did").locator("details.why")
    why.locator("summary").click()
    expect(why).to_contain_text("It answers people who come with")
    found.get_by_role("link", name="Sorry for what I did").click()
    expect(page.locator("#card-text h1")).to_have_text("Sorry for what I did")
    assert "card=real-apology" in page.url
    page.get_by_role("button", name="Mark as read").click()
    page.get_by_role("button", name="Mark as not read").wait_for()
    page.get_by_role("link", name="Library").click()
    expect(page.locator("#cards")).to_contain_text("1 of 49 cards read.")


def test_the_coach_answers_with_its_sources_or_says_that_it_can_not(server: Server, trainee_at: At) -> None:
    page = trainee_at(server).page
    page.goto(f"{server.url}/?library")
    page.locator(".shelf").first.wait_for()
    page.fill("#query textarea", "How do I apologise?")
    page.get_by_role("button", name="Ask the coach").click()
    answer = page.locator("#found .answer")
    expect(answer).to_contain_text("What the library says on it, word for word:", timeout=15_000)
    expect(answer).to_contain_text("Susan Scott")
    page.fill("#query textarea", "What is the boiling point of tungsten? <img src=x onerror=alert(1)>")
    page.get_by_role("button", name="Ask the coach").click()
    expect(page.locator("#found")).to_contain_text("Nothing in the library fits that.", timeout=15_000)


def test_who_asks_at_once_gets_the_answer_and_what_is_pasted_is_searched_for(server: Server, trainee_at: At) -> None:
    page = trainee_at(server).page
    page.goto(f"{server.url}/?library")
    page.locator(".shelf").first.wait_for()
    box = page.locator("#query textarea")
    box.press_sequentially("apology", delay=10)
    box.press("Enter")
    expect(page.locator("#found .answer")).to_be_visible(timeout=15_000)
    # A search that was still on its way would come within this time.
    page.wait_for_timeout(1500)
    expect(page.locator("#found .answer")).to_be_visible()
    # Back at the same words, after others: what is shown is theirs.
    box.press_sequentially(" policy", delay=10)
    expect(page.locator("#found .answer")).to_have_count(0, timeout=15_000)
    box.press("ControlOrMeta+a")
    page.keyboard.insert_text("apology")
    expect(page.locator("#found .found")).to_contain_text("Sorry for what I did", timeout=15_000)
    box.press("ControlOrMeta+a")
    page.keyboard.insert_text("silent after price")
    expect(page.locator("#found .found")).to_be_visible(timeout=15_000)


def test_a_tip_leads_to_its_card(server: Server, trainee_at: At) -> None:
    trainee = trainee_at(server)
    trainee.begin()
    trainee.say("So how does that affect our project? We would love to show you the new dashboard.")
    trainee.page.locator("#panel details.cited summary").click()
    with trainee.page.expect_popup() as opened:
        trainee.page.locator("#panel").get_by_role("link", name="Open the card").click()
    expect(opened.value.locator("#card-text h1")).to_be_visible(timeout=15_000)


def test_a_document_is_brought_in_found_and_taken_out(server: Server, trainee_at: At, tmp_path: Path) -> None:
    path = tmp_path / "house rules.md"
    path.write_text("# <b>Rules</b>\n\n## Commission\n\nYour commission is four per cent of the first year, paid in March.\n")
    page = trainee_at(server).page
    page.goto(f"{server.url}/?library")
    page.locator(".shelf").first.wait_for()
    bad = tmp_path / "empty.md"
    bad.write_text("\n")
    page.set_input_files("#upload input[type=file], #library input[type=file]", str(bad))
    expect(page.locator("#library-notice")).to_contain_text("There is no text in empty.md", timeout=15_000)
    page.set_input_files("#upload input[type=file], #library input[type=file]", str(path))
    expect(page.locator("#library-notice")).to_contain_text("is in the library: 1 passage.", timeout=30_000)
    page.fill("#query textarea", "How is my commission worked out?")
    page.get_by_role("button", name="Ask the coach").click()
    expect(page.locator("#found .answer")).to_contain_text("four per cent of the first year", timeout=15_000)
    page.get_by_role("link", name="house rules").first.click()
    expect(page.locator("#card-text")).to_contain_text("<b>Rules</b> › Commission")
    page.get_by_role("link", name="Library").click()
    page.locator("#gone input").click()
    page.get_by_role("option", name="house rules").click()
    page.get_by_role("button", name="Take it out").click()
    expect(page.locator("#library-notice")).to_contain_text("It is out of the library.", timeout=30_000)
    expect(page.locator("#documents")).to_contain_text("None yet.")
