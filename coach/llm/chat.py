"""The chat model that the settings name, and the two ways in which the rest of the package talks to one."""

from collections.abc import Iterator
from typing import TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI
from openai import OpenAIError
from pydantic import BaseModel, ValidationError

from coach.errors import ModelError, SetupError
from coach.settings import Settings

_Schema = TypeVar("_Schema", bound=BaseModel)


def make_chat_model(settings: Settings, *, temperature: float) -> BaseChatModel:
    """A model at the endpoint of `settings`, with a timeout, retries, and usage in streams.

    Raises:
        SetupError: OpenAI's own endpoint is asked for without a key.
    """
    key = settings.openai_api_key.get_secret_value()
    if not key and not settings.openai_base_url:
        raise SetupError("COACH_ENGINE is model, but neither OPENAI_API_KEY nor OPENAI_BASE_URL is set; set one, or "
                         "COACH_ENGINE=embedded.")
    return ChatOpenAI(
        model=settings.model,
        # Local servers want no key, the client wants one.
        api_key=lambda: key or "none",
        base_url=settings.openai_base_url or None,
        timeout=settings.model_timeout,
        max_retries=settings.model_retries,
        stream_usage=True,
        temperature=temperature,
    )


def ask_for_text(model: BaseChatModel, prompt: str) -> Iterator[str]:
    """The answer as it grows: each value is the whole text so far.

    Raises:
        ModelError: the endpoint failed, or the answer is empty.
    """
    text = ""
    try:
        for chunk in model.stream([HumanMessage(prompt)]):
            if chunk.text:
                text += chunk.text
                yield text
    except OpenAIError as error:
        raise ModelError(f"The language model did not answer: {_plain(error)}.") from error
    if not text.strip():
        raise ModelError("The language model gave an empty answer.")


def ask_for(model: BaseChatModel, prompt: str, schema: type[_Schema]) -> _Schema:
    """The answer as a checked value of `schema`, by the endpoint's JSON-schema output.

    Raises:
        ModelError: the endpoint failed, or its answer does not fit the schema.
    """
    try:
        answer = model.with_structured_output(schema, method="json_schema", include_raw=True).invoke([HumanMessage(prompt)])
    except OpenAIError as error:
        raise ModelError(f"The language model did not answer: {_plain(error)}.") from error
    except (ValidationError, ValueError) as error:
        raise ModelError("The language model's answer does not fit the schema asked for.") from error
    parsed = answer["parsed"] if isinstance(answer, dict) else answer
    if not isinstance(parsed, schema):
        raise ModelError("The language model's answer does not fit the schema asked for.")
    return parsed


def _plain(error: OpenAIError) -> str:
    """The error's kind and first line; never the request, which holds the trainee's words, nor the key."""
    return f"{type(error).__name__}, {str(error).splitlines()[0][:160] if str(error) else 'no detail'}"
