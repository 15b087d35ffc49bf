"""A checked value from a chat model: by JSON schema, by a tool call, or as JSON in plain text, whichever the server can do.

Servers differ: some refuse `response_format`, some take it and ignore it. What comes back is looked at, and the way that worked
is taken first the next time.
"""

import json
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from coach.errors import ModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Schema = TypeVar("Schema", bound=BaseModel)
MISFIT = "The language model's answer does not fit the schema asked for."
# A server says by these that it does not know the way: bad request, not found, unprocessable, not implemented.
_NOT_THAT_WAY = frozenset({400, 404, 405, 415, 422, 501})


class _Ignored(Exception):  # noqa: N818 - a signal within this file, not an error of anybody's
    """The server does not do it that way; `refused` is what it said, if anything."""

    def __init__(self, refused: Exception | None = None) -> None:
        super().__init__()
        self.refused = refused


def ask_in_any_way(model: "BaseChatModel", prompt: str, schema: type[Schema], known: str = "",
                   ways: Collection[str] = ()) -> tuple[Schema, str]:
    """A value of `schema`, and the way in which it was got.

    Where an answer is JSON but not of the schema, the model is told once what is wrong.

    Args:
        known: the way that worked before; it is tried first.
        ways: those to try alone; empty: all.

    Raises:
        ModelError: no way gave one.
    """
    refused: Exception | None = None
    for way in sorted(ways or WAYS, key=lambda way: way != known):
        ask = WAYS[way]
        try:
            try:
                return ask(model, prompt, schema), way
            except ValidationError as error:
                return ask(model, f"{prompt}\n\nAn earlier answer did not fit: {_told(error)}.", schema), way
        except _Ignored as signal:
            refused = signal.refused or refused
        except ValidationError:
            continue
    if refused is not None:
        raise refused
    raise ModelError(MISFIT)


def _by_method(method: str) -> "Callable[[BaseChatModel, str, type[Schema]], Schema]":
    def ask(model: "BaseChatModel", prompt: str, schema: type[Schema]) -> Schema:
        from langchain_core.messages import AIMessage, HumanMessage  # noqa: PLC0415 - slow to import, and only a model needs it
        from openai import APIStatusError, LengthFinishReasonError  # noqa: PLC0415 - likewise

        try:
            answer = model.with_structured_output(schema, method=method, include_raw=True).invoke([HumanMessage(prompt)])
        except LengthFinishReasonError as error:
            raise ModelError("The language model's answer was cut off.") from error
        except APIStatusError as error:
            if error.status_code in _NOT_THAT_WAY:
                raise _Ignored(error) from error
            raise
        except ValidationError as error:  # the client has read it already
            if error.errors()[0]["type"] == "json_invalid":
                raise _Ignored from None
            raise
        parsed, raw = (answer["parsed"], answer["raw"]) if isinstance(answer, dict) else (answer, None)
        if isinstance(parsed, schema):
            return parsed
        if isinstance(raw, AIMessage) and raw.additional_kwargs.get("refusal"):
            raise ModelError("The language model refused to answer.")
        if not isinstance(raw, AIMessage):
            raise _Ignored
        return schema.model_validate(raw.tool_calls[0]["args"]) if raw.tool_calls else _read(raw.text, schema)

    return ask


def _in_text(model: "BaseChatModel", prompt: str, schema: type[Schema]) -> Schema:
    from langchain_core.messages import HumanMessage  # noqa: PLC0415 - as above

    wanted = (f"{prompt}\n\nAnswer with one JSON object and nothing else, by this JSON schema:\n"
              f"{json.dumps(schema.model_json_schema())}")
    return _read(model.invoke([HumanMessage(wanted)]).text, schema)


def _read(text: str, schema: type[Schema]) -> Schema:
    """The value in `text`, whatever stands around it; of several the last that fits, since models think aloud first.

    Raises:
        ValidationError: there is JSON, but not of the schema.
        _Ignored: there is none.
    """
    fault: ValidationError | None = None
    for found in reversed(_objects(text)):
        try:
            return schema.model_validate(found)
        except ValidationError as error:
            fault = fault or error
    if fault is not None:
        raise fault
    raise _Ignored


def _objects(text: str) -> list[dict[str, object]]:
    """The JSON objects that stand in `text`, one after the other."""
    found: list[dict[str, object]] = []
    at = text.find("{")
    while at >= 0:
        try:
            value, at = json.JSONDecoder().raw_decode(text, at)
        except ValueError:
            at += 1
        else:
            found.append(value)
        at = text.find("{", at)
    return found


def _told(error: ValidationError) -> str:
    """What is wrong, by the schema's own names; nothing of what was said."""
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'the whole'}: {one['msg']}" for one in error.errors()[:3])


WAYS: "dict[str, Callable[[BaseChatModel, str, type[Schema]], Schema]]" = {
    "JSON schema": _by_method("json_schema"), "tool call": _by_method("function_calling"), "JSON in text": _in_text}
"""In the order in which they are tried."""
