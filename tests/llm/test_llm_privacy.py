"""Settings meant for other programs do not decide where a conversation goes."""

import traceback

import pytest
from langsmith import tracing_context
from langsmith.utils import tracing_is_enabled
from pydantic import SecretStr

from coach.errors import ModelError
from coach.llm.chat import OPENAI, ask_for_text, make_chat_model
from coach.llm.scripted import ScriptedChatModel
from coach.settings import Engine, Settings, Task
from tests.fake_endpoint import KEY, echoes_the_request, serving


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


def test_a_traceback_shows_neither_the_key_nor_what_was_said() -> None:
    """As `coach --debug` prints it; the endpoint repeats both in its error."""
    with serving() as endpoint:
        endpoint.acts = [echoes_the_request]
        settings = Settings(engine=Engine.MODEL, openai_api_key=SecretStr(KEY), openai_base_url=endpoint.url, model_retries=0)
        with pytest.raises(ModelError) as caught:
            list(ask_for_text(make_chat_model(settings, Task.VOICE), f"My {'sec'}ret words."))
    shown = "".join(traceback.format_exception(caught.value))
    assert "did not answer" in shown
    assert KEY not in shown
    assert "secret words" not in shown
