"""Settings meant for other programs do not decide where a conversation goes."""

import pytest
from langsmith import tracing_context
from langsmith.utils import tracing_is_enabled
from pydantic import SecretStr

from coach.llm.chat import OPENAI, ask_for_text, make_chat_model
from coach.llm.scripted import ScriptedChatModel
from coach.settings import Engine, Settings, Task


def test_the_endpoint_is_the_settings_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", "http://elsewhere.example/v1")
    model = make_chat_model(Settings(engine=Engine.MODEL, openai_api_key=SecretStr("k")), Task.VOICE)
    assert getattr(model, "openai_api_base", None) == OPENAI


def test_a_tracing_service_hears_nothing() -> None:
    traced = []

    def answer(_: str) -> str:
        traced.append(tracing_is_enabled())
        return "Well."

    with tracing_context(enabled=True):
        assert tracing_is_enabled()
        *_, text = ask_for_text(ScriptedChatModel(rules=[("", answer)]), "How are you?")
    assert text.strip() == "Well."
    assert traced == [False]
