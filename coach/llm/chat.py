"""The chat model that the settings name, and the two ways in which the rest of the package talks to one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from coach.errors import ModelError, SetupError
from coach.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

# LangChain and openai take two seconds to import, and the embedded engine never needs them: each function imports what it
# uses. The rest of the package calls a model by this name, so that LangChain's stays in this folder.
ChatModel: TypeAlias = "BaseChatModel"
_Schema = TypeVar("_Schema", bound=BaseModel)


def make_chat_model(settings: Settings, *, temperature: float) -> ChatModel:
    """A model at the endpoint of `settings`, with a timeout, retries, and usage in streams.

    Raises:
        SetupError: OpenAI's own endpoint is asked for without a key.
    """
    key = settings.openai_api_key.get_secret_value()
    if not key and not settings.openai_base_url:
        raise SetupError("COACH_ENGINE is model, but neither OPENAI_API_KEY nor OPENAI_BASE_URL is set; set one, or "
                         "COACH_ENGINE=embedded.")
    from langchain_openai import ChatOpenAI  # noqa: PLC0415 - see the head of the file

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


def ask_for_text(model: ChatModel, prompt: str) -> Iterator[str]:
    """The answer as it grows: each value is the whole text so far.

    Raises:
        ModelError: the endpoint failed, or the answer is empty.
    """
    from httpx2 import HTTPError  # noqa: PLC0415
    from langchain_core.messages import HumanMessage  # noqa: PLC0415 - see the head of the file
    from openai import OpenAIError  # noqa: PLC0415

    text = ""
    try:
        for chunk in model.stream([HumanMessage(prompt)]):
            if chunk.text:
                text += chunk.text
                yield text
    except (OpenAIError, HTTPError) as error:  # a stream cut in the middle comes as the transport's own error
        raise ModelError(f"The language model did not answer: {_plain(error)}.") from error
    if not text.strip():
        raise ModelError("The language model gave an empty answer.")


def ask_for(model: ChatModel, prompt: str, schema: type[_Schema]) -> _Schema:
    """The answer as a checked value of `schema`, by the endpoint's JSON-schema output.

    Raises:
        ModelError: the endpoint failed, or its answer does not fit the schema.
    """
    from httpx2 import HTTPError  # noqa: PLC0415
    from langchain_core.messages import HumanMessage  # noqa: PLC0415 - see the head of the file
    from openai import OpenAIError  # noqa: PLC0415

    try:
        answer = model.with_structured_output(schema, method="json_schema", include_raw=True).invoke([HumanMessage(prompt)])
    except (OpenAIError, HTTPError) as error:
        raise ModelError(f"The language model did not answer: {_plain(error)}.") from error
    except (ValidationError, ValueError) as error:
        raise ModelError("The language model's answer does not fit the schema asked for.") from error
    parsed = answer["parsed"] if isinstance(answer, dict) else answer
    if not isinstance(parsed, schema):
        raise ModelError("The language model's answer does not fit the schema asked for.")
    return parsed


def _plain(error: Exception) -> str:
    """The error's kind and first line; never the request, which holds the trainee's words, nor the key."""
    return f"{type(error).__name__}, {str(error).splitlines()[0][:160] if str(error) else 'no detail'}"
