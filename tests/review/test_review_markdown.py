"""The Markdown export: what was said stays text, judged by a Markdown parser and not by the look of it."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from coach.domain import Meeting
from coach.review import to_markdown
from coach.review.markdown import inline, quoted

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)
MARKED_UP = st.lists(st.sampled_from([
    "# heading", "heading\n===", "heading\n---", "<h1>heading</h1>", "<script>alert(1)</script>", "<!-- gone", "<b",
    "&lt;i&gt;", "[link](http://x.example)", "![image](x.png)", "[ref]: http://x.example 'title'", "[ref]",
    "<http://x.example>", "```\ncode", "~~~", "    code", "\tcode", "`code`", "- item", "+ item", "* item", "1. item",
    "1) item", "> quote", "***", "- - -", "___", "| a | b |\n| - | - |", "*emphasis*", "__strong__", "~~gone~~", "\\",
    "\\\\*x*", "line\\", "  ", "\n\n", "\r", "\r\n", "$x$", "a\x00b",
    "\x85", "\u2028", "\ud800", "&#35; heading", "www.x.example", "a@x.example", "==", "---", "<details>"]),
    max_size=6).map("\n".join)
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PARAGRAPHS = {"inline", "paragraph_open", "paragraph_close"}
# All that the export itself writes; anything else must have come out of somebody's words.
OURS = {"heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text", "softbreak", "hardbreak",
        "strong_open", "strong_close", "blockquote_open", "blockquote_close", "bullet_list_open", "bullet_list_close",
        "list_item_open", "list_item_close"}


def label(behaviour: str) -> str:
    return behaviour.replace("_", " ")


def flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from flat(token.children or [])


def shape(text: str) -> list[str]:
    """The blocks of a document, whatever stands in them."""
    return [token.type + token.tag for token in PARSER.parse(text) if token.type not in PARAGRAPHS]


def written(text: str) -> str:
    """The words of a document as a reader sees them, without white space."""
    return "".join("".join(token.content for token in flat(PARSER.parse(text)) if token.type == "text").split())


def said(text: str) -> str:
    """The words of a reply as they can be shown, without white space."""
    kept = "".join("\ufffd" if unicodedata.category(c) == "Cs" else " " if c.isspace() else c for c in text)
    return "".join("".join(c for c in kept if unicodedata.category(c) != "Cc").split())


@given(text=ANY_TEXT | MARKED_UP)
@example(text="# Heading\n<script>alert('x')</script>")
@example(text="a\n\n    indented code")
@example(text="&amp; &lt;b&gt; &copy;")
@example(text="Total\n=====")
def test_a_reply_stays_text(meeting_of: Callable[..., Meeting], text: str) -> None:
    plain = to_markdown(meeting_of("Hello."), "Title", "Maren", label)
    exported = to_markdown(meeting_of(text, line=text), "Title", "Maren", label)
    assert {token.type for token in flat(PARSER.parse(exported))} <= OURS
    assert shape(exported) == shape(plain)


@given(text=ANY_TEXT | MARKED_UP)
def test_a_reply_is_shown_as_it_was_said(text: str) -> None:
    assert written(quoted(text)) == said(text)
    assert written(inline(text)) == said(text)


@given(text=ANY_TEXT | MARKED_UP)
def test_titles_and_names_stay_text_too(meeting_of: Callable[..., Meeting], text: str) -> None:
    exported = to_markdown(meeting_of("Hello."), f"T{text}", f"N{text}", lambda behaviour: f"did {text}")
    assert {token.type for token in flat(PARSER.parse(exported))} <= OURS
    exported.encode("utf-8")


@pytest.mark.parametrize("address", ["http://x.example", "www.x.example", "WWW.x.example", "a@x.example", "mailto:a@x.example"])
def test_an_address_makes_no_link_where_addresses_do(address: str) -> None:
    """GitHub makes links of bare addresses; a backslash at the place where it looks keeps it from that."""
    assert address not in inline(f"see {address}")
    assert written(inline(f"see {address}")) == f"see{address}"


def test_lines_of_a_reply_keep_their_breaks() -> None:
    rendered = PARSER.render(quoted("One.\nTwo.\n\nThree."))
    assert rendered.count("<br />") == 1
    assert rendered.count("<p>") == 2


def test_it_reads_as_a_transcript(meeting_of: Callable[..., Meeting]) -> None:
    text = to_markdown(meeting_of("How are you?", line="Tired."), "The news", "Maren Holt", label)
    assert text.startswith("# The news: a meeting with Maren Holt\n")
    for part in ("**You, reply 1**", "> How are you?", "**Maren Holt**", "> Tired.", "Empathy **71**, selling **12** of 100",
                 "- misses clue: “How are you?”, passing over “Tired.”", "- event: deal before person",
                 "Tip: Ask one short thing.", "Source: “The card”, The book, Author", "ended 2026-03-02 10:00 UTC (well)",
                 "gpt-x, prompt 70b6f99dd913, rubric 1"):
        assert part in text


def test_a_meeting_that_goes_on_says_so(meeting_of: Callable[..., Meeting]) -> None:
    meeting = replace(meeting_of(), ended_at=None, ending=None)
    text = to_markdown(meeting, "The news", "Maren Holt", label)
    assert "not ended yet" in text
    assert "How it was scored" not in text
