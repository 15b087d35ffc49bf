"""The only reader of the environment. Every setting, its meaning and its default stand here; README's table is made from it."""

import os
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from coach.errors import SetupError


class Engine(StrEnum):
    """Who speaks for the customer and judges the replies."""

    AUTO = "auto"
    EMBEDDED = "embedded"
    MODEL = "model"


class Embeddings(StrEnum):
    """How the meaning of a text is measured."""

    MINILM = "minilm"
    LEXICAL = "lexical"


def _default_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "coach"


class Task(StrEnum):
    """What a language model is asked to do."""

    VOICE = "voice"
    JUDGE = "judge"
    TIP = "tip"
    DEBRIEF = "debrief"
    ASK = "ask"


class OnFailure(StrEnum):
    """What becomes of a reply when the language model fails."""

    EMBEDDED = "embedded"
    RETRY = "retry"


class Log(StrEnum):
    """What is logged of the calls to the language model."""

    OFF = "off"
    CALLS = "calls"
    TEXT = "text"


class Settings(BaseSettings):
    """All settings. Each is read from the environment variable named in capitals in README's table."""

    model_config = SettingsConfigDict(env_prefix="COACH_", env_ignore_empty=True, frozen=True, populate_by_name=True)

    home: Path = Field(
        default_factory=_default_home, description="Folder for the records and the search index.",
        json_schema_extra={"shown_default": "~/.local/share/coach"},
    )
    database_url: str = Field(
        "", description="SQLAlchemy address of the records; empty: `coach.db` (SQLite) in the home folder.")
    host: str = Field("127.0.0.1", description="Address the page listens on; loopback only, as there is no login yet.")
    port: int = Field(7860, ge=1, le=65535, description="Port of the page.")
    engine: Engine = Field(
        Engine.AUTO, description="`embedded` needs no key; `model` uses the endpoint; `auto`: `model` where a key or "
        "an endpoint is set, else `embedded`.")
    openai_api_key: SecretStr = Field(
        SecretStr(""), validation_alias="OPENAI_API_KEY", description="Key for the endpoint.")
    openai_base_url: str = Field(
        "", validation_alias="OPENAI_BASE_URL", description="Any OpenAI-compatible endpoint; empty: OpenAI's own.")
    model: str = Field("gpt-4.1-mini", description="Chat model asked for at the endpoint.")
    voice_model: str = Field("", description="Chat model for the customer's words; empty: `COACH_MODEL`.")
    judge_model: str = Field("", description="Chat model that judges replies; empty: `COACH_MODEL`.")
    tip_model: str = Field("", description="Chat model that words the tips; empty: `COACH_MODEL`.")
    debrief_model: str = Field("", description="Chat model that looks back on a meeting; empty: `COACH_MODEL`.")
    ask_model: str = Field("", description="Chat model behind ask-the-coach; empty: `COACH_MODEL`.")
    voice_temperature: float = Field(0.8, ge=0, le=2, description="Temperature of the customer's words.")
    judge_temperature: float = Field(0.0, ge=0, le=2, description="Temperature of the judge; above 0 the same reply may score "
                                     "otherwise.")
    tip_temperature: float = Field(0.3, ge=0, le=2, description="Temperature of the tips.")
    debrief_temperature: float = Field(0.3, ge=0, le=2, description="Temperature of the look back on a meeting.")
    ask_temperature: float = Field(0.0, ge=0, le=2, description="Temperature of ask-the-coach.")
    model_seed: int | None = Field(None, description="Seed sent with each call, for servers that know one; empty: none.")
    model_timeout: float = Field(30.0, gt=0, description="Seconds to wait for an answer of the model.")
    model_retries: int = Field(2, ge=0, description="How often a failed call to the model is tried again.")
    model_answer_tokens: int = Field(
        2000, ge=100, description="The longest answer asked of the model, in tokens; the thinking of models that think counts.")
    model_failure: OnFailure = Field(
        OnFailure.EMBEDDED, description="When the model fails: `embedded` goes on with the embedded engine, and marks it; "
        "`retry` keeps nothing of the reply and lets the trainee send it again.")
    meeting_tokens: int | None = Field(None, ge=0, description="Most tokens that a meeting may take; empty: no cap.")
    day_tokens: int | None = Field(
        None, ge=0, description="Most tokens that coach may take in a day (UTC); empty: no cap.")
    meeting_cost: float | None = Field(
        None, ge=0, description="Most that a meeting may cost, in US dollars by `COACH_PRICES`; empty: no cap.")
    day_cost: float | None = Field(
        None, ge=0, description="Most that a day (UTC) may cost, in US dollars by `COACH_PRICES`; empty: no cap.")
    prices: Path | None = Field(
        None, description="A company's own prices of models, in place of `coach/llm/prices.yaml`; checked when it is loaded.")
    mask_names: str = Field(
        "", description="Names of real people and companies, separated by semicolons, that no model is to see: each is masked "
        "before anything is sent and put back in the answer.")
    log: Log = Field(
        Log.OFF, description="What is logged to stderr of the calls to the model: `off`, `calls` (figures alone) or `text` "
        "(what was said as well).")
    embeddings: Embeddings = Field(
        Embeddings.MINILM, description="`minilm` matches by meaning; `lexical` by words alone, and needs no weights.")
    rubric: Path | None = Field(
        None, description="A company's own rubric, in place of `coach/scoring/rubric.yaml`; checked when it is loaded.")
    scenarios: Path | None = Field(
        None, description="Folder of a company's own scenarios, beside the built-in ones; one of the same name takes the "
        "built-in one's place.")
    judge_repeats: int = Field(
        1, ge=1, le=9, description="How often the model judges each reply; with more than one the spread is told.")
    typing_pace: float = Field(
        1.0, ge=0, le=5, description="How long the customer seems to type on the page; 0 answers at once.")
    seed: int | None = Field(None, description="Fixes the seed of new meetings; empty: drawn for each meeting.")

    def model_for(self, task: Task) -> str:
        """The chat model that does `task`."""
        named: str = getattr(self, f"{task}_model")
        return named or self.model

    def temperature_for(self, task: Task) -> float:
        """The temperature at which `task` is done."""
        temperature: float = getattr(self, f"{task}_temperature")
        return temperature

    @property
    def records_url(self) -> str:
        """SQLAlchemy address of the records."""
        return self.database_url or f"sqlite:///{self.home / 'coach.db'}"

    @property
    def index_folder(self) -> Path:
        """Folder of the search index."""
        return self.home / "index"

    @property
    def library_folder(self) -> Path:
        """Folder of a company's own documents."""
        return self.home / "library"

    @property
    def resolved_engine(self) -> Engine:
        """`embedded` or `model`, with `auto` decided."""
        if self.engine is not Engine.AUTO:
            return self.engine
        has_endpoint = bool(self.openai_api_key.get_secret_value() or self.openai_base_url)
        return Engine.MODEL if has_endpoint else Engine.EMBEDDED


def variable_of(name: str) -> str:
    """The environment variable that sets the field `name`."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"COACH_{name.upper()}"


def settings_table() -> str:
    """Every setting as a Markdown table, for README: variable, meaning, default."""
    rows = ["| variable | meaning | default |", "| --- | --- | --- |"]
    for name, info in Settings.model_fields.items():
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        default = extra.get("shown_default", info.default)
        shown = default.get_secret_value() if isinstance(default, SecretStr) else default
        rows.append(f"| `{variable_of(name)}` | {info.description} | {f'`{shown}`' if shown not in ('', None) else 'empty'} |")
    return "\n".join(rows)


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        SetupError: a variable has a value that can not be used; the message names the variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        variable = variable_of(name) if name in Settings.model_fields else name
        raise SetupError(f"{variable} is set to {first['input']!r}, which can not be used: {first['msg']}.") from error


@lru_cache
def data_folder(name: str) -> Path:
    """Folder of the data that ships beside the code: "prompts", "knowledge" or "evals".

    In a wheel it lies inside the package, in a checkout at the top level.

    Raises:
        SetupError: neither is there.
    """
    package = Path(__file__).parent
    for folder in (package / "_data" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise SetupError(f"The folder {name}/ is missing beside the package at {package}; install coach again.")
