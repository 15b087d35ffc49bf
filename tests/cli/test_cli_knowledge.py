"""Cards, prompts, scenarios: index, search, ask, list, check."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from coach.coaching.ask import NO_ANSWER
from coach.customer.script import Scenarios
from coach.settings import Settings, data_folder
from coach.wiring import Coach

Run = Callable[..., Result]
OFF = "What is the boiling point of tungsten?"


def test_an_index_that_is_current_is_left(run: Run) -> None:
    result = run("knowledge", "index")
    assert result.exit_code == 0
    assert "The search index is current" in result.stdout


def test_an_index_is_built(run_bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_EMBEDDINGS", "lexical")  # a second sooner than by meaning
    result = run_bare("knowledge", "index")
    assert result.exit_code == 0
    assert "Built the search index" in result.stdout
    assert Coach(Settings()).index_is_current()


def test_a_search_cites_what_it_finds(run: Run) -> None:
    result = run("knowledge", "search", "how", "do", "I", "apologise", "--limit", "2")
    assert result.exit_code == 0
    assert "1. Sorry for what I did (Real apology)" in result.stdout
    assert "Susan Scott; passage real-apology#" in " ".join(result.stdout.split())
    assert "2. " in result.stdout
    assert "3. " not in result.stdout


def test_a_search_as_json(run: Run) -> None:
    data = json.loads(run("knowledge", "search", "--json", "how do I apologise").stdout)
    assert data["answered"] is True
    assert data["hits"][0]["card_id"] == "real-apology"
    assert {"chunk_id", "source", "author", "text", "cosine"} <= set(data["hits"][0])


def test_no_answer_is_said(run: Run) -> None:
    assert "No answer" in run("knowledge", "search", OFF).stdout
    assert json.loads(run("knowledge", "search", "--json", OFF).stdout) == {"query": OFF, "answered": False, "hits": []}
    assert " ".join(run("ask", OFF).stdout.split()) == NO_ANSWER


def test_the_coach_answers_with_a_source(run: Run) -> None:
    result = run("ask", "How", "do", "I", "apologise?")
    assert result.exit_code == 0
    assert "A real apology is about what you did" in result.stdout
    assert "[1] “Sorry for what I did”" in result.stdout


def test_scenarios_are_listed(run_bare: Run) -> None:
    result = run_bare("scenario", "list")
    assert result.exit_code == 0
    scenarios = Scenarios()
    lines = {line.split()[0]: line for line in result.stdout.splitlines()[1:]}
    assert list(lines) == list(scenarios.paths)
    assert all(scenarios.script(name).title in line for name, line in lines.items())


def test_prompts_are_listed_and_sound(run_bare: Run) -> None:
    listed = run_bare("prompts", "list").stdout
    assert all(path.stem in listed for path in data_folder("prompts").glob("*.md"))
    checked = run_bare("prompts", "check")
    assert checked.exit_code == 0
    assert "are sound" in checked.stdout


def test_every_prompt_that_can_not_be_used_is_told(run_bare: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "prompts"
    shutil.copytree(data_folder("prompts"), folder)
    (folder / "ask-coach.md").write_text("---\nid: ask-coach\n", "utf-8")
    path = folder / "reply-judge.md"
    path.write_text(path.read_text("utf-8").replace("{{ reply }}", "{{ replies }}"), "utf-8")
    monkeypatch.setattr("coach.cli.prompts.data_folder", lambda _: folder)
    result = run_bare("prompts", "check")
    told = " ".join(result.stderr.split())
    assert result.exit_code == 3
    assert "ask-coach.md" in told
    assert "'replies'" in told
    assert "2 of 3 prompts can not be used." in told
