"""Counts each call of a chat model as it is made: LangChain tells when one begins and how it ended, whatever it was for."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from httpx2 import HTTPError
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from openai import APITimeoutError, LengthFinishReasonError, OpenAIError

from coach.domain import ModelCall, Spent
from coach.llm.ledger import Ledger, Work
from coach.llm.tokens import count_tokens


@dataclass(frozen=True, slots=True)
class _Open:
    """A call under way: for which work, the tokens of its prompt, and the most that was set aside for it."""

    work: Work
    prompt: int
    most: Spent


@dataclass(frozen=True, slots=True)
class _Used:
    """Tokens of a call; `estimated` where the endpoint did not count them."""

    into: int
    cached: int
    out: int
    estimated: bool


class Counter(BaseCallbackHandler):
    """Enters the calls of one model for one task into the ledger."""

    # So that a cap that is reached stops the call.
    raise_error = True
    run_inline = True

    def __init__(self, ledger: Ledger, task: str, model: str, answer_tokens: int) -> None:
        self._ledger = ledger
        self._task = task
        self._model = model
        self._answer_tokens = answer_tokens
        self._open: dict[UUID, _Open] = {}

    def on_chat_model_start(self, serialized: dict[str, Any], messages: list[list[BaseMessage]], *, run_id: UUID,
                            **_: Any) -> None:
        """Sets aside what the call may take. CapError, GoneError: see `Ledger.begin`."""
        prompt = sum(count_tokens(message.text).tokens for batch in messages for message in batch)
        dollars = self._ledger.prices.dollars(self._model, prompt, 0, self._answer_tokens) or 0.0
        most = Spent(prompt + self._answer_tokens, dollars)
        self._open[run_id] = _Open(self._ledger.begin(most), prompt, most)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """Enters what it took, as the endpoint counted it, else as estimated."""
        self._close(run_id, _counted(response) or self._estimated(run_id, response))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **more: Any) -> None:
        """Enters what had come of the answer; nothing where the endpoint gave none.

        What took too long has been asked, and is most likely charged for.
        """
        response: LLMResult | None = more.get("response")
        if isinstance(error, LengthFinishReasonError) and error.completion.usage:
            usage = error.completion.usage
            self._close(run_id, _Used(usage.prompt_tokens, 0, usage.completion_tokens, estimated=False))
        elif isinstance(error, APITimeoutError) or _text(response) or not isinstance(error, OpenAIError | HTTPError):
            self._close(run_id, (response and _counted(response)) or self._estimated(run_id, response))
        else:
            self._close(run_id, None)

    def _estimated(self, run_id: UUID, response: LLMResult | None) -> _Used:
        return _Used(self._open[run_id].prompt, 0, count_tokens(_text(response)).tokens, estimated=True)

    def _close(self, run_id: UUID, used: _Used | None) -> None:
        opened = self._open.pop(run_id)
        call = None
        if used is not None:
            dollars = self._ledger.prices.dollars(self._model, used.into, used.cached, used.out)
            call = ModelCall(self._task, self._model, self._ledger.now(), used.into, used.cached, used.out, used.estimated,
                             dollars)
        self._ledger.end(opened.work, opened.most, call)


def _messages(response: LLMResult | None) -> list[AIMessage]:
    parts = [part for group in (response.generations if response else []) for part in group]
    return [part.message for part in parts if isinstance(part, ChatGeneration) and isinstance(part.message, AIMessage)]


def _text(response: LLMResult | None) -> str:
    return "".join(message.text for message in _messages(response))


def _counted(response: LLMResult) -> _Used | None:
    for message in _messages(response):
        if usage := message.usage_metadata:
            cached = usage.get("input_token_details", {}).get("cache_read", 0)
            return _Used(usage["input_tokens"], cached, usage["output_tokens"], estimated=False)
    return None
