"""What the page is made of: marked replies, charts, colours one can read, and text that stays text."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.domain import Observation
from coach.scoring.rubric import load_rubric
from coach.web.charts import Mark, Series, line_chart
from coach.web.render import blocks, marked, part, render

RUBRIC = load_rubric()
STYLE = (Path(__file__).parents[2] / "coach" / "web" / "static" / "style.css").read_text(encoding="utf-8")


@st.composite
def observed(draw: st.DrawFn) -> tuple[str, list[Observation]]:
    reply = draw(st.text(min_size=1, max_size=80))
    found = []
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(reply) - 1))
        end = draw(st.integers(start + 1, len(reply)))
        found.append(Observation(draw(st.sampled_from(sorted(RUBRIC.behaviours))), reply[start:end], start))
    return reply, found


@given(observed())
def test_a_marked_reply_is_the_reply_to_the_letter(case: tuple[str, list[Observation]]) -> None:
    reply, found = case
    spans = marked(reply, found, RUBRIC)
    assert "".join(span.text for span in spans) == reply
    at = 0
    for span in spans:
        covered = any(o.start <= at and at + len(span.text) <= o.end for o in found)
        assert bool(span.side) == covered
        at += len(span.text)


def test_where_quotes_overlap_the_shorter_decides() -> None:
    reply = "Tell me more about the contract"
    found = [Observation("turns_to_deal", reply, 0), Observation("invites_more", "Tell me more", 0)]
    first, second = marked(reply, found, RUBRIC)
    assert (first.text, first.side) == ("Tell me more", "person")
    assert second.side == "deal"
    assert "invited more" in first.labels
    assert "turned to the deal" in first.labels


def test_templates_escape_what_is_put_in() -> None:
    html = render("notice", kind="error", text="<script>alert(1)</script>")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_chart_starts_at_zero_and_says_its_numbers() -> None:
    series = [Series("Empathy", "empathy", [80, 20]), Series("Selling", "selling", [0, 60])]
    chart = str(line_chart("Empathy and selling", series, marks=[Mark(1, "cost")]))
    assert 'aria-label="Empathy and selling. Empathy: 80, 20; Selling: 0, 60"' in chart
    assert re.findall(r'text-anchor="end">(\d+)<', chart)[:3] == ["0", "50", "100"]
    assert ">cost<" in chart
    assert line_chart("Nothing", [Series("Empathy", "empathy", [])]) == ""


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_chart_points_stay_within_the_picture_and_labels_apart(one: list[float], two: list[float]) -> None:
    chart = str(line_chart("t", [Series("A", "empathy", one), Series("B", "selling", two)]))
    for x, y in re.findall(r'<circle[^>]*cx="([\d.]+)" cy="([\d.]+)"', chart):
        assert 0 <= float(x) <= 640
        assert 0 <= float(y) <= 230
    labels = sorted(float(y) for y in re.findall(r'<text class="name [^"]*" x="[\d.]+" y="([\d.]+)"', chart))
    assert labels[1] - labels[0] >= 15


def _colours(block: str) -> dict[str, str]:
    body = re.search(re.escape(block) + r" \{(.*?)\}", STYLE, re.DOTALL)
    assert body is not None
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", body.group(1)))


def _luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, two: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("block", [":root, .gradio-container", ".dark, .dark .gradio-container"])
@pytest.mark.parametrize(("ink", "ground"), [
    ("ink", "paper"), ("ink", "sheet"), ("soft", "paper"), ("soft", "sheet"), ("teal", "paper"), ("amber", "paper"),
    ("ink", "teal-wash"), ("ink", "amber-wash"), ("ink", "grey-wash"), ("ink", "mine"), ("soft", "mine"), ("paper", "teal")])
def test_text_can_be_read_in_light_and_dark(block: str, ink: str, ground: str) -> None:
    colours = _colours(block)
    assert _contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize(("chunk_id", "heading"), [
    ("real-apology#words-to-try", "Words to try"), ("two-gears#example", "Example"), ("house-rules-1a2b3c#12", "")])
def test_a_passage_is_told_by_its_heading(chunk_id: str, heading: str) -> None:
    assert part(chunk_id) == heading


def test_a_card_is_cut_into_paragraphs_lists_and_speech() -> None:
    found = blocks("One.\nStill one.\n\n- “A”\n- **B**\n\n**Not yet:** <b>No</b>.")
    assert [(one.text, one.bullets, one.who) for one in found] == [
        ("One.\nStill one.", (), ""), ("", ("“A”", "B"), ""), ("<b>No</b>.", (), "Not yet")]
