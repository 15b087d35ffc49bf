"""The chat model that the settings name, and the two ways in which the rest of the package talks to one."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from coach.errors import EndpointError, ModelError, SetupError
from coach.llm.guard import Guard, guard_of
from coach.llm.ledger import Ledger, stop_if_gone
from coach.llm.masking import Masked, Masks
from coach.llm.structured import Schema, ask_in_any_way
from coach.settings import Log, Settings, Task

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

# LangChain and openai take two seconds to import, and the embedded engine never needs them: each function imports what it
# uses. The rest of the package calls a model by this name, so that LangChain's stays in this folder.
ChatModel: TypeAlias = "BaseChatModel"
OPENAI = "https://api.openai.com/v1"
# Under these names a model carries its endpoint, by which it finds what all calls there share, and the names it is not to see.
_ENDPOINT = "endpoint"
_MASKS = "masks"
_REFUSED = frozenset({401, 403, 408, 429})
_BROKEN = 500
_MEANT = {401: "the key was refused, check OPENAI_API_KEY", 403: "the key may not do this",
          404: "there is no such model or address", 408: "it took too long",
          429: "it is too busy, or the limit of the key is reached"}
_CUT_OFF = {
    "length": "The language model's answer was cut off: it is longer than COACH_MODEL_ANSWER_TOKENS allows.",
    "content_filter": "The endpoint's content filter stopped the answer.",
}


def make_chat_model(settings: Settings, task: Task, ledger: Ledger | None = None) -> ChatModel:
    """The model for `task` at the endpoint of `settings`, with a timeout, retries, and usage in streams.

    Args:
        ledger: counts what its calls take; None: nobody does, as where the endpoint is only tried out.

    Raises:
        SetupError: OpenAI's own endpoint is asked for without a key, or a name can not be masked.
    """
    key = settings.openai_api_key.get_secret_value()
    if not key and not settings.openai_base_url:
        raise SetupError("COACH_ENGINE is model, but neither OPENAI_API_KEY nor OPENAI_BASE_URL is set; set one, or "
                         "COACH_ENGINE=embedded.")
    from langchain_openai import ChatOpenAI  # noqa: PLC0415 - see the head of the file

    from coach.llm.call_log import CallLog, quieten_vendors  # noqa: PLC0415 - as above
    from coach.llm.counting import Counter  # noqa: PLC0415 - as above

    quieten_vendors()
    name = settings.model_for(task)
    counters = [Counter(ledger, task, name, settings.model_answer_tokens)] if ledger else []
    logs = [] if settings.log is Log.OFF else [CallLog(task, name, key, texts=settings.log is Log.TEXT)]
    return ChatOpenAI(
        model=name,
        # Local servers want no key, the client wants one.
        api_key=lambda: key or "none",
        # Named in full, so that no other variable of the environment decides where a conversation goes.
        base_url=settings.openai_base_url or OPENAI,
        timeout=settings.model_timeout,
        max_retries=settings.model_retries,
        stream_usage=True,
        temperature=settings.temperature_for(task),
        seed=settings.model_seed,
        max_completion_tokens=settings.model_answer_tokens,
        callbacks=[*counters, *logs],
        metadata={_ENDPOINT: settings.openai_base_url or OPENAI, _MASKS: Masks.of(settings.mask_names)},
    )


def ask_for_text(model: ChatModel, prompt: str) -> Generator[str, None, None]:
    """The answer as it grows: each value is the whole text so far, with the names put back that the model did not see.

    Raises:
        ModelError: the endpoint failed, or the answer is empty or was cut off.
        GoneError: nobody waits for it any more.
    """
    from langchain_core.messages import HumanMessage  # noqa: PLC0415 - see the head of the file

    masked = _masked(model, prompt)
    text = told = cut = ""
    with _guard(model).passing(), as_model_errors():
        for chunk in model.stream([HumanMessage(masked.text)]):
            stop_if_gone()
            # Read to its end all the same: what it took is told last.
            cut = cut or _CUT_OFF.get(chunk.response_metadata.get("finish_reason", ""), "")
            if chunk.text:
                text += chunk.text
                if (known := masked.restore_so_far(text)) != told:
                    yield (told := known)
    if cut:
        raise ModelError(cut)
    if not text.strip():
        raise ModelError("The language model gave an empty answer.")
    if (whole := masked.restore(text)) != told:
        yield whole


def ask_for(model: ChatModel, prompt: str, schema: type[Schema]) -> Schema:
    """The answer as a checked value of `schema`, in whichever way the endpoint can give one; names as above.

    Raises:
        ModelError: the endpoint failed, or its answer does not fit the schema.
    """
    guard, masked = _guard(model), _masked(model, prompt)
    with guard.passing(), as_model_errors():
        value, guard.way = ask_in_any_way(model, masked.text, schema, guard.way)
        return masked.restore_in(value)


def _masked(model: ChatModel, prompt: str) -> Masked:
    """What of `prompt` may be sent."""
    masks: Masks = (model.metadata or {}).get(_MASKS, Masks())
    return masks.over(prompt)


def _guard(model: ChatModel) -> Guard:
    """The endpoint's guard; a model that is no endpoint's, as in tests, has one of its own for each call."""
    endpoint = (model.metadata or {}).get(_ENDPOINT)
    return guard_of(endpoint, str(getattr(model, "model_name", ""))) if endpoint else Guard()


@contextmanager
def as_model_errors() -> Iterator[None]:
    """Let nothing out of the block but ModelError, whatever the endpoint does."""
    from httpx2 import HTTPError  # noqa: PLC0415 - see the head of the file
    from langsmith import tracing_context  # noqa: PLC0415 - as above
    from openai import OpenAIError  # noqa: PLC0415 - as above

    try:
        # A tracing service set up for other programs is no reason to send it what trainees say.
        with tracing_context(enabled=False):
            yield
    except (OpenAIError, HTTPError) as error:  # a stream cut in the middle comes as the transport's own error
        kind = EndpointError if _concerns_the_endpoint(error) else ModelError
        # Not "from error": a traceback would show its text.
        raise kind(f"The language model did not answer: {_plain(error)}.") from None
    except (ValueError, TypeError, AttributeError, LookupError, RuntimeError) as error:
        # Both libraries take a well-formed answer for granted, and stumble in their own ways over a page of HTML, or brackets
        # without end.
        raise ModelError("The endpoint's answer is not that of a chat model; check OPENAI_BASE_URL and COACH_MODEL.") from error


def _plain(error: Exception) -> str:
    """What went wrong in words, with status and code; never the error's own text, in which servers repeat what was said."""
    from openai import APIConnectionError, APITimeoutError, ContentFilterFinishReasonError  # noqa: PLC0415 - as above

    status, code = getattr(error, "status_code", None), str(getattr(error, "code", None) or "")
    if isinstance(error, APITimeoutError):
        return "it took longer than COACH_MODEL_TIMEOUT allows"
    if isinstance(error, ContentFilterFinishReasonError):
        return "the endpoint's content filter stopped it"
    if isinstance(error, APIConnectionError):
        return "its endpoint (OPENAI_BASE_URL) could not be reached, or broke off"
    if status is None:
        return f"the connection broke off ({code or type(error).__name__})"
    words = "the conversation is longer than it can read" if "context_length" in code else _MEANT.get(status, (
        "its endpoint failed" if status >= _BROKEN else "its endpoint refused the request"))
    return f"{words} (HTTP {status}{f', {code}' if code else ''})"


def _concerns_the_endpoint(error: Exception) -> bool:
    """Whether the next call would most likely fail as well, whatever it asks: no connection, too busy, broken, a bad key."""
    from httpx2 import TransportError  # noqa: PLC0415 - see the head of the file
    from openai import APIConnectionError  # noqa: PLC0415 - as above

    status = getattr(error, "status_code", None)
    return isinstance(error, APIConnectionError | TransportError) or status in _REFUSED or (status or 0) >= _BROKEN
