"""What a model's endpoint can do, tried out one thing after another."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from pydantic import BaseModel

from coach.errors import CoachError, ModelError
from coach.llm.chat import ChatModel, as_model_errors
from coach.llm.structured import WAYS, ask_in_any_way

_PROMPT = "A traffic light has three colours. Which one means stop? Answer in one word."


class _Light(BaseModel):
    """The answer asked for, as a value."""

    colour: Literal["red", "amber", "green"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that was tried.

    Attributes:
        works: whether it does.
        told: what came back in a few words, or why nothing did.
        seconds: how long it took.
    """

    what: str
    works: bool
    told: str
    seconds: float


def try_out(model: ChatModel) -> Iterator[Trial]:
    """Each capability that coach can use. Where there is no answer at all, the rest is not tried."""
    first = _tried("answer", lambda: _answer(model))
    yield first
    if not first.works:
        return
    yield _tried("stream", lambda: _stream(model))
    yield _tried("usage in streams", lambda: _usage(model))
    for way in WAYS:
        yield _tried(way, partial(_value, model, way))


def _tried(what: str, do: Callable[[], str]) -> Trial:
    start = time.monotonic()
    try:
        with as_model_errors():
            told, works = do(), True
    except CoachError as error:
        told, works = str(error), False
    return Trial(what, works, told, time.monotonic() - start)


def _answer(model: ChatModel) -> str:
    from langchain_core.messages import HumanMessage  # noqa: PLC0415 - slow to import, and only a model needs it

    words = len(model.invoke([HumanMessage(_PROMPT)]).text.split())
    if not words:
        raise ModelError("The answer was empty.")
    return f"{words} word{'' if words == 1 else 's'}"


def _stream(model: ChatModel) -> str:
    from langchain_core.messages import HumanMessage  # noqa: PLC0415 - as above

    start, pieces, first = time.monotonic(), 0, 0.0
    for chunk in model.stream([HumanMessage("Count from one to twelve in words.")]):
        if chunk.text:
            pieces += 1
            first = first or time.monotonic() - start
    if not pieces:
        raise ModelError("Nothing came.")
    return f"first words after {first:.1f} s, in {pieces} piece{'' if pieces == 1 else 's'}"


def _value(model: ChatModel, way: str) -> str:
    try:
        value, way_used = ask_in_any_way(model, _PROMPT, _Light, ways=(way,))
    except ModelError:
        raise ModelError("There was no value of the schema in the answer.") from None
    return f"a value of the schema, by {way_used}, {value.colour}"


def _usage(model: ChatModel) -> str:
    from langchain_core.messages import AIMessageChunk, HumanMessage  # noqa: PLC0415 - as above

    used = [chunk.usage_metadata for chunk in model.stream([HumanMessage(_PROMPT)])
            if isinstance(chunk, AIMessageChunk) and chunk.usage_metadata]
    if not used:
        raise ModelError("No counts came with the stream; tokens are estimated.")
    return f"{used[-1]['input_tokens']} tokens in, {used[-1]['output_tokens']} out"
