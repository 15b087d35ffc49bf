"""`coach scenario`: list, new, check, preview, schema."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from coach.customer.parts import Reaction
from coach.customer.script import Scenarios, Script
from coach.domain import Ending

Run = Callable[..., Result]
BUILT_IN = Scenarios().paths


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A company's own folder, as COACH_SCENARIOS has it."""
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setenv("COACH_SCENARIOS", str(own))
    return own


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def flat(text: str) -> str:
    return " ".join(text.split())


def test_scenarios_are_listed(run_bare: Run) -> None:
    result = run_bare("scenario", "list")
    assert result.exit_code == 0
    assert result.stdout.split()[:5] == ["NAME", "TITLE", "GOAL", "REPLIES", "WHAT"]
    assert all(f"\n{name} " in result.stdout for name in BUILT_IN)


def test_a_company_has_its_own_beside_those_that_ship(run_bare: Run, folder: Path) -> None:
    run_bare("scenario", "new", "our-own")
    shutil.copy(BUILT_IN["small-request"], folder)
    change(folder / "small-request.yaml", "title: One seat", "title: Our seat")
    listed = run_bare("scenario", "list").stdout
    assert "The order on hold" in listed
    assert "Our seat" in listed
    assert "One seat" not in listed
    assert listed.count("small-request") == 1
    assert len(listed.splitlines()) == 1 + len(BUILT_IN) + 1


def test_a_new_one_is_sound(run_bare: Run, folder: Path) -> None:
    made = run_bare("scenario", "new", "our-own")
    assert made.exit_code == 0
    path = folder / "our-own.yaml"
    assert made.stdout == f"Wrote {path}\n"
    assert "COACH_SCENARIOS" not in made.stderr
    for which in ("our-own", str(path)):
        checked = run_bare("scenario", "check", which)
        assert checked.exit_code == 0
        assert checked.stdout == f"{path}: sound\n1 scenario, 0 errors, 0 warnings.\n"


def test_a_new_one_goes_where_one_says_or_here(run_bare: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    assert run_bare("scenario", "new", "first").exit_code == 0
    told = run_bare("scenario", "new", "second", "--in", "there").stderr
    assert f"set COACH_SCENARIOS to {(tmp_path / 'there').resolve()}" in told.replace("\n", " ")
    assert yaml.safe_load((tmp_path / "first.yaml").read_text("utf-8"))["id"] == "first"
    assert (tmp_path / "there" / "second.yaml").is_file()


def test_a_new_one_overwrites_nothing(run_bare: Run, folder: Path) -> None:
    path = folder / "our-own.yaml"
    path.write_text("mine", "utf-8")
    result = run_bare("scenario", "new", "our-own")
    assert result.exit_code == 3
    assert "is there already" in result.stderr
    assert path.read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["Our Own", "9lives", "../out", "a.b"])
def test_a_name_has_to_be_one(run_bare: Run, folder: Path, name: str) -> None:
    result = run_bare("scenario", "new", name)
    assert result.exit_code == 3
    assert "can not be a scenario's name" in result.stderr
    assert list(folder.iterdir()) == []


def test_a_folder_has_to_be_there(run_bare: Run, tmp_path: Path) -> None:
    result = run_bare("scenario", "new", "our-own", "--in", str(tmp_path / "nowhere"))
    assert result.exit_code == 3
    assert "is not there" in result.stderr


def test_findings_are_told_by_file(run_bare: Run, folder: Path) -> None:
    run_bare("scenario", "new", "sound")
    run_bare("scenario", "new", "faulty")
    change(folder / "faulty.yaml", "trust: 0.68", "trust: 0.95")
    change(folder / "faulty.yaml", "product: tiles", "product: tiles\n      spare: a spare")
    result = run_bare("scenario", "check", "sound", "faulty")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[:2] == [f"{folder / 'sound.yaml'}: sound", str(folder / "faulty.yaml")]
    assert re.match(r"  error    facts\.offer\.trust: needs \d\.\d\d trust at the hard level", lines[2])
    assert lines[3].startswith("  warning  people.joan.words.spare: stands in no line.")
    assert lines[-1] == "2 scenarios, 1 error, 1 warning."


def test_a_warning_is_no_failure(run_bare: Run, folder: Path) -> None:
    run_bare("scenario", "new", "weak")
    change(folder / "weak.yaml", "product: tiles", "product: tiles\n      spare: a spare")
    result = run_bare("scenario", "check", "weak")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "1 scenario, 0 errors, 1 warning.")


def test_a_load_fault_is_told_with_its_line(run_bare: Run, folder: Path) -> None:
    run_bare("scenario", "new", "broken")
    run_bare("scenario", "new", "sound")
    change(folder / "broken.yaml", "goal: sales", "goal: sails")
    result = run_bare("scenario", "check", "broken", "sound")
    assert result.exit_code == 1
    line = next(n for n, text in enumerate((folder / "broken.yaml").read_text("utf-8").splitlines(), 1) if "sails" in text)
    assert f"{folder / 'broken.yaml'}\n  error    line {line}: goal: " in result.stdout
    assert f"{folder / 'sound.yaml'}: sound" in result.stdout


def test_echo_stands_only_where_there_is_one(run_bare: Run, folder: Path) -> None:
    run_bare("scenario", "new", "broken")
    change(folder / "broken.yaml", "Anyway.", "{echo}, anyway.")
    result = run_bare("scenario", "check", "broken")
    assert result.exit_code == 1
    assert "{echo}" in result.stdout


def test_without_a_name_all_are_looked_over(run_bare: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_bare("scenario", "new", "our-own")
    seen: list[str] = []

    def look_over(script: Script, *_: object) -> tuple[()]:
        seen.append(script.id)
        return ()

    monkeypatch.setattr("coach.customer.authoring.look_over", look_over)
    result = run_bare("scenario", "check")
    assert result.exit_code == 0
    assert seen == [*BUILT_IN, "our-own"]


def test_what_is_left_out_without_meaning_is_said(run_bare: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_EMBEDDINGS", "lexical")
    run_bare("scenario", "new", "our-own")
    result = run_bare("scenario", "check", "our-own")
    assert result.exit_code == 0
    assert "is left out" in result.stderr


@pytest.mark.parametrize("command", ["check", "preview"])
@pytest.mark.parametrize("which", ["golf-day", "golf-day.yaml", "./golf/day"])
def test_what_is_not_there(run_bare: Run, command: str, which: str) -> None:
    result = run_bare("scenario", command, which)
    assert result.exit_code == 4
    assert "There is no" in result.stderr


def test_a_preview_shows_all_that_is_hidden(run_bare: Run) -> None:
    result = run_bare("scenario", "preview", "small-request", "--person", "tomos")
    told = flat(result.stdout)
    assert result.exit_code == 0
    cast = Scenarios().cast("small-request", "tomos")
    for text in (cast.meeting.planned, *(form.line for form in cast.opening)):
        assert flat(text) in told
    for fact in cast.facts:
        assert f"{fact.id}: {fact.title}" in told
        lines = [line for told in fact.lines.values() for line in told]
        for line in (fact.asks[0], *lines, *(one.line for one in fact.more), *fact.withheld):
            assert flat(line) in told
    assert all(flat(form.line) in told for clue in cast.clues for form in clue.forms)
    assert "{" not in told
    assert all(f" {level}" in told for level in ("easy", "medium", "hard"))


def test_a_preview_draws_as_a_meeting_does(run_bare: Run) -> None:
    script = Scenarios().script("small-request")
    for seed in range(4):
        shown = run_bare("scenario", "preview", "small-request", "--seed", str(seed)).stdout
        assert f"With {script.drawn(seed).name}," in shown
    assert f"With {script.people[0].name}," in run_bare("scenario", "preview", str(BUILT_IN["small-request"])).stdout


def test_a_preview_of_nobody(run_bare: Run) -> None:
    nobody = run_bare("scenario", "preview", "small-request", "--person", "ada")
    assert nobody.exit_code == 4
    assert "There are: agnieszka, tomos, kit." in nobody.stderr
    assert run_bare("scenario", "preview", "small-request", "--person", "kit", "--seed", "1").exit_code == 2


@pytest.mark.parametrize("path", BUILT_IN.values(), ids=lambda path: path.stem)
def test_the_schema_fits_what_ships(run_bare: Run, path: Path) -> None:
    form = json.loads(run_bare("scenario", "schema").stdout)
    data = yaml.safe_load(path.read_text("utf-8"))
    assert set(form["required"]) <= set(data) <= set(form["properties"])
    assert form["additionalProperties"] is False
    assert set(form["properties"]["reactions"]["required"]) == set(Reaction) == set(data["reactions"])
    assert set(form["properties"]["endings"]["required"]) == set(Ending) == set(data["endings"])
    person = form["$defs"]["Person"]
    assert all(set(person["required"]) <= set(one) <= set(person["properties"]) for one in data["people"])


def test_the_schema_is_written(run_bare: Run, tmp_path: Path) -> None:
    out = tmp_path / "scenario.schema.json"
    assert run_bare("scenario", "schema", "--out", str(out)).exit_code == 0
    form = json.loads(out.read_text("utf-8"))
    assert form["$schema"].startswith("https://json-schema.org/")
    assert form["title"]
    assert out.read_text("utf-8") == run_bare("scenario", "schema").stdout
    assert run_bare("scenario", "schema", "--out", str(tmp_path / "no" / "where.json")).exit_code == 3
