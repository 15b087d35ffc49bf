"""One line for each call to a model, to the logger "coach.llm": figures, and what was said only where that is asked for.

What was said is shown as it was sent, names masked, and by `repr`, so that it stays on its line and commands no terminal. An
error is told by its class alone: servers repeat in its text what was said, and the key.
"""

import logging
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult

_LOGGER = logging.getLogger("coach.llm")
# OPENAI_LOG=debug, set for another program, has the client print every prompt; addresses, which may hold a password, too.
_VENDORS = ("openai", "httpx2", "httpcore2")


def quieten_vendors() -> None:
    """Keep the libraries below from logging what is sent, whatever the environment asks of them. To be called after import."""
    for name in _VENDORS:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A cap that is reached stops a call from within a callback, and is told as an error of ours, once.
    logging.getLogger("langchain_core.callbacks").setLevel(logging.ERROR)


class CallLog(BaseCallbackHandler):
    """Logs the calls of one model for one task."""

    def __init__(self, task: str, model: str, key: str, *, texts: bool) -> None:
        self._head = f"task={task} model={model}"
        self._key = key
        self._texts = texts
        # By call: when it began, and what was sent.
        self._open: dict[UUID, tuple[float, str]] = {}

    def on_chat_model_start(self, serialized: dict[str, Any], messages: list[list[BaseMessage]], *, run_id: UUID,
                            **_: Any) -> None:
        """A call begins."""
        self._open[run_id] = time.monotonic(), "\n".join(message.text for batch in messages for message in batch)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """It was answered."""
        answer = "".join(_said(one.message) for batch in response.generations for one in batch
                         if isinstance(one, ChatGeneration))
        self._log(run_id, "ok" if answer.strip() else "empty", answer)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It failed, or whoever listened had heard enough."""
        self._log(run_id, "left" if isinstance(error, GeneratorExit) else type(error).__name__, "")

    def _log(self, run_id: UUID, outcome: str, answer: str) -> None:
        begun, prompt = self._open.pop(run_id, (time.monotonic(), ""))
        line = (f"{self._head} seconds={time.monotonic() - begun:.2f} outcome={outcome} sent={len(prompt)} "
                f"received={len(answer)} characters")
        if self._texts:
            line += f" prompt={prompt!r} answer={answer!r}"
        _LOGGER.info("%s", line.replace(self._key, "[key]") if self._key else line)


def _said(message: BaseMessage) -> str:
    """The text of an answer, or what it calls a tool with."""
    calls: Sequence[Any] = message.tool_calls if isinstance(message, AIMessage) else ()
    return message.text or "".join(str(call["args"]) for call in calls)
