"""What was practised: listed, shown, exported."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from coach.cli.app import App
from coach.cli.main import cli
from coach.domain import Meeting
from coach.review import to_json
from coach.wiring import Coach

Run = Callable[..., Result]


@pytest.fixture
def held(coach: Coach) -> Meeting:
    """A meeting with two replies, not ended."""
    meeting = coach.practice.begin("acquisition-news", "local", seed=7)
    coach.practice.reply(meeting.id, "local", 1, "I'm so sorry, Maren. How are you?")
    coach.practice.reply(meeting.id, "local", 2, "# Great\n<b>And</b> can we sign phase two this month?")
    return coach.records.get(meeting.id)


def test_none_yet(run: Run) -> None:
    assert "There are no meetings yet" in run("meetings", "list").stdout
    assert "no meetings that can go on" in run("meetings", "list", "--unfinished").stdout
    assert json.loads(run("meetings", "list", "--json").stdout) == []


def test_they_are_listed_newest_first(run: Run, coach: Coach, held: Meeting) -> None:
    other = coach.practice.begin("acquisition-news", "local")
    coach.practice.end(other.id, "local")
    coach.practice.begin("acquisition-news", "somebody-else")
    head, first, second = run("meetings", "list").stdout.splitlines()
    assert head.split() == ["ID", "BEGUN", "SCENARIO", "REPLIES", "EMPATHY", "SELLING", "STATE"]
    assert first.startswith(other.id)
    assert second.startswith(held.id)
    assert second.endswith("can go on")
    assert run("meetings", "list", "--limit", "1").stdout.splitlines() == [head, first]
    assert [one.split()[0] for one in run("meetings", "list", "--unfinished").stdout.splitlines()] == ["ID", held.id]


def test_as_json(run: Run, held: Meeting) -> None:
    [one] = json.loads(run("meetings", "list", "--json").stdout)
    assert one["id"] == held.id
    assert one["replies"] == 2
    assert one["started_at"] == held.started_at.isoformat()
    assert one["ended_at"] is None
    assert (one["level"], one["person"], one["branch_of"]) == ("medium", "maren", "")


def test_one_is_shown_with_its_scores(run: Run, held: Meeting) -> None:
    result = run("meetings", "show", held.id)
    flat = " ".join(result.stdout.split())
    assert result.exit_code == 0
    for exchange in held.scored:
        assert exchange.score is not None
        assert exchange.line in flat
        assert " ".join(exchange.reply.split()) in flat
        assert f"Empathy {exchange.score.empathy} Selling {exchange.score.selling}" in flat
    assert "not ended yet; seed 7" in flat


def test_what_is_in_the_records_does_not_command_the_terminal(run: Run, coach: Coach, held: Meeting) -> None:
    evil = "Fine.\x1b]0;owned\x07\x1b[2J\u202egnp"
    exchange = replace(held.exchanges[-1], number=3, line=evil, reply=evil)
    coach.records.append(held.id, exchange)
    for args in (("show", held.id), ("export", held.id), ("export", held.id, "--format", "json")):
        shown = run("meetings", *args).stdout
        assert "Fine." in shown
        assert not set(shown) & {"\x1b", "\x07", "\u202e"}


def test_a_meeting_outlives_its_scenario_and_its_rubric(run: Run, coach: Coach, held: Meeting) -> None:
    score = held.exchanges[1].score
    assert score is not None
    seen = replace(score.observations[0], behaviour="a_house_rule")
    gone = replace(held, id="aaaaaaaaaaaa", scenario_id="gone", exchanges=(
        held.exchanges[0], replace(held.exchanges[1], score=replace(score, observations=(seen,), contributions=()))))
    coach.records.begin(gone)
    for command in ("show", "export"):
        result = run("meetings", command, gone.id)
        assert result.exit_code == 0
        assert "a house rule" in result.stdout
        assert "Customer" in result.stdout


def test_export_as_json_is_everything(run: Run, held: Meeting) -> None:
    assert json.loads(run("meetings", "export", held.id, "--format", "json").stdout) == to_json(held)


def test_export_to_a_file(run: Run, held: Meeting, tmp_path: Path) -> None:
    out = tmp_path / "meeting.md"
    result = run("meetings", "export", held.id, "--out", str(out))
    assert (result.exit_code, result.stdout) == (0, "")
    text = out.read_text("utf-8")
    assert text.startswith("# The acquisition: a meeting with Maren Holt")
    assert "> \\# Great\\\n> &lt;b&gt;And&lt;/b&gt;" in text
    assert run("meetings", "export", held.id).stdout == text
    again = run("meetings", "export", held.id, "--format", "json", "--out", str(out))
    assert again.exit_code == 3
    assert "there already" in again.stderr
    assert out.read_text("utf-8") == text


def test_export_to_nowhere(run: Run, held: Meeting, tmp_path: Path) -> None:
    result = run("meetings", "export", held.id, "--out", str(tmp_path / "missing" / "x.md"))
    assert result.exit_code == 3
    assert "can not be written" in result.stderr


def test_one_can_be_gone_back_into_and_is_then_shown_beside_the_old_one(run: Run, coach: Coach, held: Meeting) -> None:
    made = run("meetings", "branch", held.id, "2")
    assert made.exit_code == 0
    [branch] = [coach.records.get(one.id) for one in coach.records.list() if one.branch_of == held.id]
    assert f"coach chat --resume {branch.id}" in " ".join(made.stdout.split())
    assert branch.exchanges == held.exchanges[:2]
    coach.practice.reply(branch.id, "local", 2, "How is your team taking it?")
    beside = " ".join(run("meetings", "compare", branch.id).stdout.split())
    now = coach.records.get(branch.id).exchanges[2]
    for exchange, name in ((held.exchanges[2], "before"), (now, "now")):
        assert f"Reply 2, {name}: trust {exchange.state.trust * 100:.0f}" in beside
        assert " ".join(exchange.reply.split()) in beside
    assert held.exchanges[1].line not in beside
    assert coach.records.get(held.id) == held


@pytest.mark.parametrize(("args", "code", "told"), [
    (("branch", "HELD", "0"), 2, "0 is not in the range"),
    (("branch", "HELD", "4"), 4, "The meeting has no reply 4 to go back to; it has 2."),
    (("branch", "nonsense", "1"), 4, "There is no meeting 'nonsense'"),
    (("compare", "HELD"), 3, "is no branch of another"),
])
def test_what_can_not_be_gone_back_into_or_compared(
        run: Run, held: Meeting, args: tuple[str, ...], code: int, told: str) -> None:
    result = run("meetings", *(held.id if arg == "HELD" else arg for arg in args))
    assert (result.exit_code, told in " ".join(result.stderr.split())) == (code, True), result.stderr


@pytest.mark.parametrize("command", ["show", "export"])
def test_none_there_and_somebody_elses_are_not_told_apart(run: Run, coach: Coach, command: str) -> None:
    other = coach.practice.begin("acquisition-news", "somebody-else")
    for meeting_id in ("nonsense", other.id):
        result = run("meetings", command, meeting_id)
        assert (result.exit_code, result.stdout) == (4, "")
        assert result.stderr == f"coach: There is no meeting '{meeting_id}'. `coach meetings list` shows those there are.\n"


def test_reading_needs_neither_weights_nor_index(coach: Coach, held: Meeting) -> None:
    fresh = Coach(coach.settings)
    for args in (("list",), ("show", held.id), ("export", held.id)):
        assert CliRunner().invoke(cli, ("meetings", *args), obj=App(fresh)).exit_code == 0
    assert not {"embedder", "library", "practice"} & set(vars(fresh))
    fresh.records.close()
