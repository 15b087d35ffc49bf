"""What the wiring promises beyond choosing: a private home, and a true word on where what is said goes."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from coach.customer.script import Scenarios
from coach.errors import DataFileError, SetupError
from coach.settings import Embeddings, Engine, Settings, Task
from coach.wiring import Coach


def test_the_home_folder_is_its_owner_s_alone_whoever_makes_it_first(tmp_path: Path) -> None:
    home = tmp_path / "a" / "home"
    coach = Coach(Settings(home=home, embeddings=Embeddings.LEXICAL))
    coach.index()
    coach.records.health()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.parametrize(("engine", "url", "host"), [
    (Engine.EMBEDDED, "http://me:secret@models.example:8000/v1", ""),
    (Engine.MODEL, "http://me:secret@models.example:8000/v1", "models.example:8000"), (Engine.MODEL, "", "api.openai.com")])
def test_where_what_is_said_goes(engine: Engine, url: str, host: str) -> None:
    assert Coach(Settings(engine=engine, openai_base_url=url, openai_api_key=SecretStr("k"))).sent_to == host


def test_another_host_or_model_is_another_notice() -> None:
    settings = Settings(engine=Engine.MODEL, openai_base_url="http://me:secret@models.example:8000/v1", model="small")
    assert Coach(settings).notice == "small at models.example:8000"
    changes: list[dict[str, object]] = [
        {"openai_base_url": "http://other.example/v1"}, {"model": "large"}, {"ask_model": "large"}]
    others = {Coach(settings.model_copy(update=change)).notice for change in changes}
    assert len(others | {Coach(settings).notice}) == 4
    assert Coach(settings.model_copy(update={"engine": Engine.EMBEDDED})).notice == ""


def test_a_company_s_own_scenarios_stand_beside_the_built_in_ones(tmp_path: Path) -> None:
    built_in = Scenarios().paths
    text = built_in["acquisition-news"].read_text("utf-8")
    (tmp_path / "our-own.yaml").write_text(text.replace("\nid: acquisition-news\n", "\nid: our-own\n"), "utf-8")
    coach = Coach(Settings(scenarios=tmp_path))
    assert set(coach.scenarios.paths) == {*built_in, "our-own"}
    assert coach.scenarios.script("our-own").people
    assert set(Coach(Settings()).scenarios.paths) == set(built_in)


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_of_scenarios_that_is_none_is_told_by_its_variable(tmp_path: Path, *, there: bool) -> None:
    folder = tmp_path / "scenarios"
    if there:
        folder.write_text("a file")
    with pytest.raises(SetupError, match=r"scenarios, is not there\. Make it, or set COACH_SCENARIOS"):
        _ = Coach(Settings(scenarios=folder)).scenarios


DATED = "gpt-4.1-mini-2026-01-31"
OWN = "as_of: 2026-01-31\nsource: Our contract.\nmodels:\n  small: {prompt: 1.0, cached: 0.5, answer: 2.0}\n"


@pytest.mark.parametrize("cap", ["meeting_cost", "day_cost"])
@pytest.mark.parametrize(("models", "unpriced"), [
    ({"model": "small"}, "small"), ({"model": "gpt-4.1-mini", "tip_model": "tiny"}, "tiny")])
def test_a_cap_on_cost_that_would_never_be_felt_is_refused(
        tmp_path: Path, cap: str, models: dict[str, str], unpriced: str) -> None:
    settings = Settings(home=tmp_path, engine=Engine.MODEL, openai_api_key=SecretStr("k")).model_copy(
        update={cap: 0.0} | models)
    with pytest.raises(SetupError, match=rf"cap on cost is set, but {unpriced} has no price.*Set COACH_PRICES to a list"):
        _ = Coach(settings).ledger
    # Before anybody has said a word, not in the middle of a meeting.
    with pytest.raises(SetupError, match="COACH_PRICES"):
        _ = Coach(settings.model_copy(update={"embeddings": Embeddings.LEXICAL})).practice


@pytest.mark.parametrize("changes", [
    {"model": DATED, "day_cost": 1.0},
    {"model": "small", "day_tokens": 1000, "meeting_tokens": 1000},
    {"model": "small", "day_cost": 1.0, "engine": Engine.EMBEDDED},
    {"model": "small", "meeting_cost": 1.0, "prices": "own"},
    # COACH_MODEL needs no price where every task has a model of its own.
    {"model": "small", "day_cost": 1.0} | {f"{task}_model": DATED for task in Task},
], ids=str)
def test_a_cap_that_is_felt_or_never_needed_is_taken(tmp_path: Path, changes: dict[str, object]) -> None:
    if "prices" in changes:
        own = tmp_path / "prices.yaml"
        own.write_text(OWN, "utf-8")
        changes = changes | {"prices": own}
    settings = Settings(home=tmp_path, engine=Engine.MODEL, openai_api_key=SecretStr("k")).model_copy(update=changes)
    caps = Coach(settings).ledger.caps
    assert (caps.meeting_tokens, caps.day_tokens) == (settings.meeting_tokens, settings.day_tokens)
    assert (caps.meeting_dollars, caps.day_dollars) == (settings.meeting_cost, settings.day_cost)


def test_a_list_of_prices_with_a_fault_is_told_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "prices.yaml"
    own.write_text(OWN.replace("answer: 2.0", "answer: -2.0"), "utf-8")
    with pytest.raises(DataFileError, match=r"prices\.yaml, line 4: "):
        _ = Coach(Settings(home=tmp_path, prices=own)).ledger
