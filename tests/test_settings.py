"""The settings: read from the environment alone, each fault told by the variable's name, no key ever shown."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from coach.errors import SetupError
from coach.settings import Embeddings, Engine, Settings, data_folder, load_settings, variable_of


def test_nothing_set_gives_the_embedded_engine_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COACH_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/data")
    settings = load_settings()
    assert settings.home == Path("/srv/data/coach")
    assert settings.resolved_engine is Engine.EMBEDDED
    assert settings.embeddings is Embeddings.MINILM
    assert (settings.host, settings.port, settings.seed) == ("127.0.0.1", 7860, None)
    assert settings.openai_api_key.get_secret_value() == ""


def test_without_a_data_folder_it_is_below_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("COACH_HOME")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings().home == tmp_path / ".local" / "share" / "coach"


def test_every_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "home": "/srv/coach",
        "database_url": "postgresql://coach@127.0.0.1/coach",
        "host": "127.0.0.2",
        "port": "8000",
        "engine": "model",
        "openai_api_key": "sk-1",
        "openai_base_url": "http://127.0.0.1:1/v1",
        "model": "small",
        "model_timeout": "2.5",
        "model_retries": "0",
        "embeddings": "lexical",
        "scenarios": "/srv/scenarios",
        "typing_pace": "0",
        "seed": "7",
    }
    assert given.keys() <= Settings.model_fields.keys()
    for name, value in given.items():
        monkeypatch.setenv(variable_of(name), value)
    read = load_settings()
    for name, value in given.items():
        got = getattr(read, name)
        plain = got.get_secret_value() if isinstance(got, SecretStr) else got
        assert str(plain) == value or float(plain) == float(value), name


def test_the_names_of_the_variables() -> None:
    assert variable_of("port") == "COACH_PORT"
    assert variable_of("openai_api_key") == "OPENAI_API_KEY"
    assert variable_of("openai_base_url") == "OPENAI_BASE_URL"
    assert all(info.description for info in Settings.model_fields.values())


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("COACH_PORT", "http"),
        ("COACH_PORT", "0"),
        ("COACH_PORT", "65536"),
        ("COACH_ENGINE", "magic"),
        ("COACH_EMBEDDINGS", "big"),
        ("COACH_MODEL_TIMEOUT", "0"),
        ("COACH_MODEL_RETRIES", "-1"),
        ("COACH_TYPING_PACE", "9"),
        ("COACH_SEED", "soon"),
    ],
)
def test_a_value_of_no_use_is_told_by_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SetupError, match=f"^{variable} is set to '{value}', which can not be used: "):
        load_settings()


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name != "home"])
def test_an_empty_variable_means_the_default(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """As `COACH_SEED=` in a file of variables is meant, and as the table in README says of several."""
    default = getattr(load_settings(), name)
    monkeypatch.setenv(variable_of(name), "")
    assert getattr(load_settings(), name) == default


def test_an_empty_home_is_not_the_folder_one_happens_to_be_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_HOME", "")
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/data")
    assert load_settings().home == Path("/srv/data/coach")


@pytest.mark.parametrize(
    ("engine", "key", "url", "resolved"),
    [
        ("auto", "", "", Engine.EMBEDDED),
        ("auto", "sk-1", "", Engine.MODEL),
        ("auto", "", "http://127.0.0.1:1", Engine.MODEL),
        ("embedded", "sk-1", "http://127.0.0.1:1", Engine.EMBEDDED),
        ("model", "", "", Engine.MODEL),
    ],
)
def test_how_auto_is_decided(engine: str, key: str, url: str, resolved: Engine) -> None:
    settings = Settings(engine=Engine(engine), openai_api_key=SecretStr(key), openai_base_url=url)
    assert settings.resolved_engine is resolved


def test_where_records_and_index_lie(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert settings.records_url == f"sqlite:///{tmp_path}/coach.db"
    assert settings.index_folder == tmp_path / "index"
    assert Settings(home=tmp_path, database_url="sqlite://").records_url == "sqlite://"


def test_settings_stay_as_they_were_read() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError, match="frozen"):
        setattr(settings, "port", 1)  # noqa: B010 - the type checker would not let it pass


def test_the_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("COACH_PORT", "no")
    with pytest.raises(SetupError) as caught:
        load_settings()
    assert "secret" not in str(caught.value)
    monkeypatch.delenv("COACH_PORT")
    settings = load_settings()
    assert "secret" not in f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"


def test_the_data_beside_the_code() -> None:
    assert (data_folder("prompts") / "reply-judge.md").is_file()
    assert (data_folder("knowledge") / "connection-first.md").is_file()
    with pytest.raises(SetupError, match="The folder attic/ is missing beside the package"):
        data_folder("attic")
