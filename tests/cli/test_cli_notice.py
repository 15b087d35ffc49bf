"""The first time that something is sent from the terminal, a line says where to."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner

from coach.cli.app import App
from coach.cli.main import cli
from coach.cli.notice import tell_once
from coach.errors import StorageError
from coach.settings import Engine
from coach.wiring import Coach
from tests.cli.conftest import Run
from tests.fake_endpoint import Endpoint, Handler, says, serving


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as served:
        served.acts = [says("Ask how she is [1].")]
        yield served


@pytest.fixture
def by_model(coach: Coach, endpoint: Endpoint) -> Iterator[Coach]:
    wired = Coach(coach.settings.model_copy(update={
        "engine": Engine.MODEL, "openai_base_url": endpoint.url, "model": "small", "model_retries": 0}))
    wired.embedder, wired.scenarios, wired.cards = coach.embedder, coach.scenarios, coach.cards
    yield wired
    wired.records.close()


def test_it_is_told_once_and_anew_for_another_model(by_model: Coach) -> None:
    def told(*args: str) -> str:
        result = CliRunner().invoke(cli, args, input="", obj=App(by_model), prog_name="coach")
        assert result.exit_code == 0
        return "".join(line for line in result.stderr.splitlines(keepends=True) if "the language model at" in line)

    line = told("ask", "How", "do", "I", "apologise?")
    assert line.count("\n") == 1
    assert f"is sent to the language model at {by_model.sent_to}; COACH_ENGINE=embedded sends nothing" in line
    assert told("ask", "How", "do", "I", "apologise?") == ""
    assert told("chat", "acquisition-news", "--seed", "7") == ""
    by_model.settings = by_model.settings.model_copy(update={"voice_model": "large"})
    assert told("chat", "acquisition-news", "--seed", "7") == line
    assert told("chat", "acquisition-news", "--seed", "7") == ""


def test_it_is_told_before_anything_is_sent(by_model: Coach, endpoint: Endpoint) -> None:
    seen: list[frozenset[str]] = []

    def act(handler: Handler, body: dict[str, Any]) -> None:
        seen.append(by_model.records.notices_seen("local"))
        says("Ask how she is [1].")(handler, body)

    endpoint.acts = [act]
    CliRunner().invoke(cli, ["ask", "How do I apologise?"], obj=App(by_model), prog_name="coach")
    assert [len(notices) for notices in seen] == [1]


def test_who_has_read_the_notice_on_the_page_is_told_nothing_but_not_the_other_way_round(
        by_model: Coach, capsys: pytest.CaptureFixture[str]) -> None:
    tell_once(by_model, "ada")
    assert capsys.readouterr().err != ""
    assert by_model.notice not in by_model.records.notices_seen("ada")
    by_model.records.mark_notice("bo", by_model.notice, datetime.now(UTC))
    tell_once(by_model, "bo")
    assert capsys.readouterr().err == ""


def test_the_embedded_engine_says_nothing(run: Run) -> None:
    assert run("ask", "How", "do", "I", "apologise?").stderr == ""


def test_where_the_records_fail_it_is_told_all_the_same(
        by_model: Coach, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> frozenset[str]:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(by_model.records, "notices_seen", fail)
    monkeypatch.setattr(by_model.records, "mark_notice", fail)
    for _ in range(2):
        tell_once(by_model, "ada")
        assert by_model.sent_to in capsys.readouterr().err
