"""Suites as data: what a good file holds, and how a bad one is told, by file and line."""

from pathlib import Path

import pytest

from coach.domain import Speaker
from coach.errors import DataFileError, NotFoundError
from coach.evals import Span, get_suite, load_suite, load_suites

GOOD = """\
suite: small
description: One case.
cases:
  - id: one
    history:
      - {speaker: customer, text: We were sold.}
    reply: I'm sorry.
    expect:
      shows: [acknowledges]
      empathy: {min: 40}
"""


def written(folder: Path, text: str, name: str = "small.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_good_suite_loads(tmp_path: Path) -> None:
    suite = load_suite(written(tmp_path, GOOD))
    case = suite.cases[0]
    assert case.expect.shows == ("acknowledges",)
    assert case.expect.selling is None
    assert case.transcript.last(Speaker.CUSTOMER) == "We were sold."


@pytest.mark.parametrize(("old", "new", "line", "told"), [
    ("[acknowledges]", "[acknowleges]", 9, "the rubric has no behaviour 'acknowleges'"),
    ("{min: 40}", "{min: 40, max: 30}", 10, "min 40 is above max 30"),
    ("{min: 40}", "{min: 101}", 10, "less than or equal to 100"),
    ("shows: [acknowledges]", "shows: [acknowledges]\n      not_shows: [acknowledges]", 8, "can not be both"),
    ("    expect:\n      shows: [acknowledges]\n      empathy: {min: 40}\n", "    expect: {}\n", 8, "could never fail"),
    ("speaker: customer", "speaker: trainee", 4, "must end with the customer"),
    ("reply: I'm sorry.", "reply: ''", 7, "at least 1 character"),
    ("expect:", "expects:", 8, "Extra inputs"),
    ("suite: small", "suite: large", 1, "differs from the file's name"),
])
def test_a_fault_names_file_and_line(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(DataFileError) as raised:
        load_suite(path)
    assert told in str(raised.value)
    assert raised.value.path == path
    assert raised.value.line == line


def test_a_case_can_not_be_there_twice(tmp_path: Path) -> None:
    case = GOOD[GOOD.index("  - id: one"):]
    with pytest.raises(DataFileError, match="'one' is there twice"):
        load_suite(written(tmp_path, GOOD + case))


def test_a_suite_is_found_by_name(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    written(tmp_path, GOOD.replace("small", "other"), "other.yaml")
    assert [suite.suite for suite in load_suites(tmp_path)] == ["other", "small"]
    assert get_suite("other", tmp_path).suite == "other"
    with pytest.raises(NotFoundError, match="There are: other, small"):
        get_suite("third", tmp_path)


@pytest.mark.parametrize(("points", "within"), [(39, False), (40, True), (60, True), (61, False)])
def test_a_span_holds_both_its_ends(points: int, within: bool) -> None:
    assert Span(min=40, max=60).holds(points) is within


def test_the_suites_that_ship_load_and_cover_the_ways_to_go_wrong() -> None:
    suite = get_suite("first-replies")
    expected = {behaviour for case in suite.cases for behaviour in case.expect.shows}
    assert len(suite.cases) >= 24
    assert {"acknowledges", "turns_to_deal", "false_empathy", "pitch", "hollow_small_talk", "empty_reassurance", "pressure",
            "advice", "owns_mistake", "non_apology", "manipulates_scorer"} <= expected
    assert any(case.id.startswith("stuffing") for case in suite.cases)
