"""A run: what passes, what differs and in which words, and what an observer that fails does to it."""

import json

import pytest

from coach.domain import Observation, ReplyScore, ScoreSource, Transcript
from coach.errors import ModelError
from coach.evals import Case, Suite, get_suite, run_suite, to_json, to_text
from coach.scoring.detector import Detector

EMBEDDED = ScoreSource("embedded", "rules-1", "", "1.0")
MODEL = ScoreSource("model", "gpt-x", "abc", "1.0")


class Canned:
    """An observer that sees an acknowledgement in every reply, and in some a pitch, and can not score one."""

    def score(self, history: Transcript, reply: str) -> ReplyScore:
        assert history.turns
        if reply == "fail":
            raise ModelError("The language model did not answer.")
        seen = (Observation("acknowledges", reply, 0), *([Observation("pitch", reply, 0)] if "buy" in reply else []))
        return ReplyScore(50, 20, 50, False, seen, (), (), 0.9, MODEL if "buy" in reply else EMBEDDED)


def suite(*cases: tuple[str, dict[str, object]]) -> Suite:
    return Suite(suite="canned", description="Canned.", cases=tuple(
        Case.model_validate({"id": f"case-{n}", "history": [{"speaker": "customer", "text": "We were sold."}], "reply": reply,
                             "why": "Because.", "expect": expect}) for n, (reply, expect) in enumerate(cases)))


@pytest.mark.parametrize(("reply", "expect", "differences"), [
    ("Oh.", {"shows": ["acknowledges"], "not_shows": ["pitch"], "empathy": {"min": 50}, "selling": {"max": 20}}, ()),
    ("Oh.", {"shows": ["pitch", "advice"]}, ("pitch was not seen", "advice was not seen")),
    ("buy", {"not_shows": ["pitch"]}, ("pitch was seen in “buy”",)),
    ("Oh.", {"empathy": {"min": 51}}, ("empathy is 50, expected at least 51",)),
    ("Oh.", {"selling": {"max": 19}}, ("selling is 20, expected at most 19",)),
    ("Oh.", {"selling": {"min": 30, "max": 40}}, ("selling is 20, expected 30 to 40",)),
])
def test_what_differs(reply: str, expect: dict[str, object], differences: tuple[str, ...]) -> None:
    [result] = run_suite(suite((reply, expect)), Canned()).results
    assert result.differences == differences
    assert result.passed is not bool(differences)


def test_a_case_that_can_not_be_scored_fails_and_the_others_go_on() -> None:
    run = run_suite(suite(("fail", {"empathy": {"max": 100}}), ("Oh.", {"empathy": {"max": 100}})), Canned())
    assert [result.passed for result in run.results] == [False, True]
    assert run.results[0].differences == ("it could not be scored: The language model did not answer.",)
    assert run.results[0].score is None
    assert "FAIL" in to_text([run])
    json.dumps(to_json([run]))


def test_it_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    run_suite(suite(("a", {"empathy": {"max": 100}}), ("b", {"empathy": {"max": 100}})), Canned(),
              lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_the_report_names_who_scored_what_failed_and_how_sure_the_rate_is() -> None:
    run = run_suite(suite(("Oh.", {"shows": ["pitch"]}), ("buy", {"shows": ["pitch"]})), Canned())
    text = to_text([run])
    for part in ("Scored by: embedded rules-1 (1), model gpt-x (1)", "FAIL    case-0", "pass    case-1", "reply: “Oh.”",
                 "why:   Because.", "- pitch was not seen", "1 of 2 passed, 50% (95% interval 9 to 91%, Wilson)."):
        assert part in text
    assert "All suites: 2 of 4 passed" in to_text([run, run])


def test_the_json_holds_every_observation() -> None:
    data = json.loads(json.dumps(to_json([run_suite(suite(("buy", {"shows": ["pitch"]})), Canned())])))
    [case] = data["suites"][0]["cases"]
    assert data["schema_version"] == 1
    assert data["pass_rate"]["passed"] == data["pass_rate"]["total"] == 1
    assert [seen["behaviour"] for seen in case["observations"]] == ["acknowledges", "pitch"]
    assert case["source"] == {"engine": "model", "model": "gpt-x", "prompt_hash": "abc", "rubric_version": "1.0"}


def test_the_detector_on_the_suite_that_ships(detector: Detector) -> None:
    """Not how many pass, which is for the report to say; but every quote stands in its reply, and twice gives the same."""
    first, second = (run_suite(get_suite("first-replies"), detector) for _ in range(2))
    assert first == second
    for result in first.results:
        assert result.score is not None
        for seen in result.score.observations:
            assert result.case.reply[seen.start:seen.end] == seen.quote
    assert first.passed > len(first.results) / 2
