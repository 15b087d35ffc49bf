"""`coach simulate` at the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from coach.evals.simulation_report import Check

Run = Callable[..., Result]


def test_one_meeting_is_told_line_by_line(run: Run) -> None:
    done = run("simulate", "--scenario", "war-room", "--level", "easy", "--trainee", "silent")
    assert done.exit_code == 0, done.output
    assert "You       [1] …" in done.stdout
    assert "Ended:" in done.stdout


def test_replies_from_a_file_and_json_for_programs(run: Run, tmp_path: Path) -> None:
    replies, out, plot = tmp_path / "replies.txt", tmp_path / "out.json", tmp_path / "plot.html"
    replies.write_text("How are you?\nWhat happened overnight?\n", encoding="utf-8")
    done = run("simulate", "--scenario", "war-room", "--level", "hard", "--trainee", str(replies), "--seeds", "2",
               "--json", str(out), "--plot", str(plot))
    assert done.exit_code == 0, done.output
    first, second = json.loads(out.read_text("utf-8"))
    assert [exchange["reply"] for exchange in first["exchanges"]] == ["", "How are you?", "What happened overnight?"]
    assert (first["scenario"], first["level"], first["seed"], second["seed"]) == ("war-room", "hard", 0, 1)
    assert len(first["trust"]) == 3
    assert 0 < first["learned"] < 1
    assert "<svg" in plot.read_text("utf-8")


def test_what_is_not_there_is_told(run: Run) -> None:
    assert run("simulate", "--scenario", "golf-day").exit_code == 4
    done = run("simulate", "--scenario", "war-room", "--trainee", "golfist")
    assert done.exit_code == 4
    assert "person-first" in done.stderr


def test_a_check_that_does_not_hold_is_an_exit_code(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = ("simulate", "--scenario", "war-room", "--level", "easy", "--trainee", "silent")
    assert run(*silent, "--check").exit_code == 0
    monkeypatch.setattr("coach.evals.simulation_report.checks", lambda _: (Check("the sun shines", holds=False, figure="0"),))
    assert run(*silent, "--check").exit_code == 1
    assert run(*silent).exit_code == 0


def test_a_place_that_can_not_be_written_is_told_before_anything_is_played(run: Run, tmp_path: Path) -> None:
    done = run("simulate", "--scenario", "war-room", "--trainee", "silent", "--json", str(tmp_path / "none" / "o.json"))
    assert done.exit_code == 3
    assert "Make it first" in done.stderr
