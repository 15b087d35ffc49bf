"""Cards, prompts, scenarios: index, search, ask, list, check."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from coach.coaching.ask import NO_ANSWER, PASSAGES_THEMSELVES
from coach.customer.script import Scenarios
from coach.llm.tokens import count_tokens
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


def test_a_search_within_a_part_of_the_library(run: Run, tmp_path: Path) -> None:
    within = ("--scenario", "going-in-house", "--behaviour", "open_question")
    hits = json.loads(run("knowledge", "search", "--json", "What do I ask first?", *within).stdout)["hits"]
    assert {hit["card_id"] for hit in hits} <= {"delta-question", "delta-role-reversal", "three-ps-priorities"}
    assert hits
    asked, out = tmp_path / "asked.jsonl", tmp_path / "out.jsonl"
    asked.write_text('{"id": "1", "text": "What do I ask first?"}\n', "utf-8")
    run("knowledge", "search", "--batch", str(asked), "--out", str(out), *within)
    assert [hit["card"] for hit in json.loads(out.read_text("utf-8"))["hits"]] == [hit["card_id"] for hit in hits]


@pytest.mark.parametrize(("option", "name", "hint"), [
    ("--framework", "Emotional capitol", "Did you mean 'Emotional capital'?"),
    ("--behaviour", "zzz", "There are: acknowledges, "),
    ("--scenario", "war-rooms", "Did you mean 'war-room'?")])
def test_a_part_that_there_is_not(run: Run, option: str, name: str, hint: str) -> None:
    result = run("knowledge", "search", "anything", option, name)
    assert result.exit_code == 3
    assert f"No card has the {option[2:]} {name!r}." in " ".join(result.stderr.split())
    assert hint in " ".join(result.stderr.split())


def test_no_answer_is_said(run: Run) -> None:
    assert "No answer" in run("knowledge", "search", OFF).stdout
    assert json.loads(run("knowledge", "search", "--json", OFF).stdout) == {"query": OFF, "answered": False, "hits": []}
    assert " ".join(run("ask", OFF).stdout.split()) == NO_ANSWER


def test_the_coach_answers_with_a_source(run: Run) -> None:
    result = run("ask", "How", "do", "I", "apologise?")
    assert result.exit_code == 0
    assert PASSAGES_THEMSELVES in " ".join(result.stdout.split())
    assert "[1] " in result.stdout
    assert "“Sorry for what I did” (Real apology)" in " ".join(result.stdout.split())


def test_many_are_searched_for_in_order(run: Run, tmp_path: Path) -> None:
    asked, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    asked.write_text('{"id": 7, "text": "How do I apologise?", "kind": "question"}\n\n{"id": "off", "text": "' + OFF + '"}\n'
                     '{"id": "none", "text": ""}\nnot json\n{"text": "no id"}\n{"id": "x"}\n[1]\n', encoding="utf-8")
    result = run("knowledge", "search", "--batch", str(asked), "--out", str(out), "--limit", "3")
    assert result.exit_code == 0
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [(row["id"], row["answered"]) for row in rows] == [(7, True), ("off", False), ("none", False)]
    assert [len(row["hits"]) for row in rows] == [3, 0, 0]
    first = rows[0]["hits"][0]
    assert (first["card"], first["framework"]) == ("real-apology", "Real apology")
    assert first["chunk"].startswith("real-apology#")
    scores = [hit["score"] for hit in rows[0]["hits"]]
    assert scores == sorted(scores, reverse=True)
    told = " ".join(result.stderr.split())
    for number, fault in ((5, "not JSON"), (6, "id: a text or a whole"), (7, "text: the question"), (8, "a JSON object")):
        assert f"line {number}: {fault}" in told
    assert "Searched for 3 questions, of which 1 have an answer" in told
    assert "4 lines were left out." in told


@pytest.mark.parametrize("args", [
    ("--batch", "IN"), ("--out", "OUT"), ("how", "--batch", "IN", "--out", "OUT"), (),
    ("--json", "--batch", "IN", "--out", "OUT"),
])
def test_a_batch_needs_both_files_and_nothing_else(run: Run, tmp_path: Path, args: tuple[str, ...]) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": 1, "text": "x"}\n')
    places = {"IN": str(tmp_path / "in.jsonl"), "OUT": str(tmp_path / "out.jsonl")}
    assert run("knowledge", "search", *(places.get(arg, arg) for arg in args)).exit_code == 2
    assert not (tmp_path / "out.jsonl").exists()


def test_documents_come_and_go(run: Run, tmp_path: Path) -> None:
    """Added, listed, found, removed; what can not be read is told, and the rest comes in."""
    good, bad = tmp_path / "rules.md", tmp_path / "rules.xlsx"
    good.write_text("# Commission\n\nYour commission is four per cent of the first year, paid out in March.\n")
    bad.write_bytes(b"x")
    result = run("knowledge", "add", str(bad), str(good))
    assert result.exit_code == 3
    assert "rules.xlsx can not be read" in " ".join(result.stderr.split())
    assert "1 of 2 files could not be brought in" in " ".join(result.stderr.split())
    assert "1 passages and questions new or changed" in " ".join(result.stdout.split())
    document = result.stdout.split()[1].rstrip(":")
    again = run("knowledge", "add", str(good), str(tmp_path / "none.md"))
    assert again.exit_code == 2  # no such file
    other = tmp_path / "other.md"
    other.write_text("# Taxis\n\nA taxi is paid up to forty euros.\n")
    again = run("knowledge", "add", str(good), str(other))
    assert again.exit_code == 3
    assert "in the library already" in " ".join(again.stderr.split())
    assert run("knowledge", "remove", again.stdout.split()[1].rstrip(":")).exit_code == 0
    assert document in run("knowledge", "list").stdout
    query = ("How", "is", "my", "commission", "worked", "out?")
    assert f"passage {document}#1" in " ".join(run("knowledge", "search", *query).stdout.split())
    assert run("knowledge", "remove", document).exit_code == 0
    assert "No documents of your own" in run("knowledge", "list").stdout
    assert "No answer" in run("knowledge", "search", *query).stdout
    assert run("knowledge", "remove", document).exit_code == 4


def test_a_card_that_is_off_is_not_found(run: Run) -> None:
    assert "is switched off" in run("knowledge", "off", "real-apology").stdout
    assert "real-apology" not in run("knowledge", "search", "how do I apologise").stdout
    assert "(switched off)" in run("knowledge", "list").stdout
    assert "is off already" in run("knowledge", "off", "real-apology").stdout
    assert run("knowledge", "off", "nope").exit_code == 4
    assert "is switched on" in run("knowledge", "on", "real-apology").stdout
    assert "passage real-apology#" in " ".join(run("knowledge", "search", "how do I apologise").stdout.split())


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
    assert "2 faults in 2 files; coach asks for 5 prompts." in told


def test_a_prompt_is_shown_as_it_stands(run_bare: Run) -> None:
    shown = run_bare("prompts", "show", "reply-judge")
    assert shown.stdout == (data_folder("prompts") / "reply-judge.md").read_text("utf-8")
    assert run_bare("prompts", "show", "joke").exit_code == 4


def test_a_prompt_is_rendered_and_counted(run_bare: Run) -> None:
    rendered = run_bare("prompts", "render", "reply-judge")
    assert rendered.exit_code == 0
    assert "{{" not in rendered.stdout
    assert "That is big news. And what about the project?" in rendered.stdout
    counted = dict(line.rsplit(maxsplit=1) for line in rendered.stderr.strip().splitlines()[1:])
    assert list(counted) == ["fixed text", "behaviours", "history", "reply", "misquoted", "whole"]
    assert int(counted["whole"]) == count_tokens(rendered.stdout.strip()).tokens
    assert "estimated" in rendered.stderr or count_tokens("").exact
    assert run_bare("prompts", "render", "joke").exit_code == 4
