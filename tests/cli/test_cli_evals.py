"""`coach evals run`: the report, and when it is an error."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from coach.evals import get_suite, run_suite
from coach.evals.tokens import TokenUse, Use
from coach.scoring.detector import Detector

Run = Callable[..., Result]


def test_the_report_names_what_failed(run: Run, detector: Detector) -> None:
    expected = run_suite(get_suite("first-replies"), detector)
    result = run("evals", "run")
    assert result.exit_code == 0
    assert "Wilson" in result.stdout
    for case in expected.results:
        assert f"{'pass' if case.passed else 'FAIL'}    {case.case.id}" in result.stdout
    for case in expected.failed:
        assert all(difference in result.stdout for difference in case.differences)


def test_as_json(run: Run) -> None:
    data = json.loads(run("evals", "run", "--suite", "first-replies", "--json").stdout)
    assert [suite["suite"] for suite in data["suites"]] == ["first-replies"]
    assert data["pass_rate"]["total"] == len(data["suites"][0]["cases"])


def test_a_rate_below_the_threshold_is_an_error(run: Run, detector: Detector) -> None:
    done = run_suite(get_suite("first-replies"), detector)
    rate = done.passed / len(done.results)
    assert run("evals", "run", "--at-least", str(rate)).exit_code == 0
    below = run("evals", "run", "--at-least", str(min(1.0, rate + 0.01)))
    assert below.exit_code == (1 if rate < 1 else 0)
    assert rate == 1 or "is below" in below.stderr


@pytest.mark.parametrize(("args", "code"), [(("--suite", "nonsense"), 4), (("--at-least", "2"), 2)])
def test_what_can_not_be_run(run: Run, args: tuple[str, ...], code: int) -> None:
    assert run("evals", "run", *args).exit_code == code


def test_the_tokens_of_a_meeting_are_told_in_a_table(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    uses = tuple(Use(task, turns, turns * 1000, turns * 9000, turns * 90_000, 0.5)
                 for turns in (5, 20) for task in ("voice", "judge"))
    monkeypatch.setattr("coach.evals.tokens.token_use", lambda *_, **__: TokenUse(uses, exact=True))
    told = run("evals", "tokens").stdout
    assert "    5  voice      5,000    1,000      450,000    1.1%     50%" in told
    assert "At 20 turns all take 1.1% of the naive way, 11% of one without the cards." in told
    assert "Tokens counted." in told
