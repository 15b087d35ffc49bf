"""A chat model that answers from a script: a real backend for tests, with no network and no chance."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import BaseModel

from coach.errors import ModelError

Answer = Callable[[str], str]


class ScriptedChatModel(BaseChatModel):
    """Answers each prompt by the first rule whose needle stands in it.

    Attributes:
        rules: pairs of (needle, answer); an answer is a text, or a function from the prompt to a text, which may raise.
    """

    rules: Sequence[tuple[str, str | Answer]]

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def answer_to(self, prompt: str) -> str:
        """The script's answer.

        Raises:
            ModelError: no rule fits.
        """
        for needle, answer in self.rules:
            if needle in prompt:
                return answer(prompt) if callable(answer) else answer
        raise ModelError(f"The script has no rule for a prompt that begins {prompt[:60]!r}.")

    def _generate(self, messages: list[BaseMessage], stop: list[str] | None = None,
                  run_manager: CallbackManagerForLLMRun | None = None, **_: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self.answer_to(messages[-1].text)))])

    def _stream(self, messages: list[BaseMessage], stop: list[str] | None = None,
                run_manager: CallbackManagerForLLMRun | None = None, **_: Any) -> Iterator[ChatGenerationChunk]:
        for word in self.answer_to(messages[-1].text).split(" "):
            yield ChatGenerationChunk(message=AIMessageChunk(content=word + " "))

    def with_structured_output(self, schema: dict[str, Any] | type, *, include_raw: bool = False,
                               **_: Any) -> Runnable[Any, Any]:
        """Parses the script's answer as JSON of `schema`, as an endpoint's JSON-schema mode would."""
        if not (isinstance(schema, type) and issubclass(schema, BaseModel)):
            raise TypeError("ScriptedChatModel takes a pydantic model as schema")
        model = schema

        def parse(messages: list[BaseMessage]) -> dict[str, object] | BaseModel:
            raw = self.invoke(messages)
            parsed = model.model_validate_json(raw.text)
            return {"raw": raw, "parsed": parsed, "parsing_error": None} if include_raw else parsed

        return RunnableLambda(parse)
