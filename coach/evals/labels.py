"""Rated replies: replies in context with the ratings that models or people gave them, a JSON object a line."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from coach.datafile import read_text
from coach.domain import Speaker, Transcript, Turn
from coach.errors import DataFileError
from coach.settings import data_folder

DEV = "replies_dev.jsonl"
TRAIN = ("replies_train.jsonl", "replies_more.jsonl")
REWORDINGS = "rewordings.jsonl"
PADDING = "padding.jsonl"


class _Said(BaseModel):
    role: Speaker
    text: str


class Gold(BaseModel):
    """What the raters said: amounts 0 to 4 (codebook.md), whether the selling is earned, the behaviours they named."""

    empathy: float
    selling: float
    overall: float = 0.0
    earned: bool = False
    behaviours: tuple[str, ...]


class ReplyInContext(BaseModel):
    """A reply and what was said before it, without ratings."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str
    history: tuple[_Said, ...]
    reply: str

    @property
    def transcript(self) -> Transcript:
        """What was said before the reply."""
        return Transcript(tuple(Turn(said.role, said.text) for said in self.history))


class RatedReply(ReplyInContext):
    """A reply in context, with its ratings.

    Attributes:
        group: who wrote it, for cross-validation; empty where that is not told.
    """

    gold: Gold
    group: str = ""


class Rewording(BaseModel):
    """A training reply (`of`) said in another English: the same to the customer, and so rated the same."""

    of: str
    way: str
    reply: str


class Padding(BaseModel):
    """Words that carry nothing for any customer, and what they are there for."""

    kind: str
    text: str


_Kind = TypeVar("_Kind", bound=BaseModel)


def read_reply(path: Path, number: int, line: str) -> ReplyInContext:
    """One line of a file of replies.

    Raises:
        DataFileError: names the line and the fault.
    """
    return _read(ReplyInContext, path, number, line)


def labels(name: str) -> Path:
    """The file of this name among the labels that ship."""
    return data_folder("evals") / "labels" / name


def load_rated(path: Path | None = None) -> tuple[RatedReply, ...]:
    """Read rated replies; without a path, those for measuring.

    Raises:
        DataFileError: names file, line and fault.
    """
    return load_lines(RatedReply, path or labels(DEV))


def load_lines(kind: type[_Kind], path: Path) -> tuple[_Kind, ...]:
    """Read a file with a JSON object of `kind` a line.

    Raises:
        DataFileError: names file, line and fault.
    """
    # Not splitlines(): JSON may hold other line breaks than "\n" as they are.
    numbered = enumerate(read_text(path).split("\n"), start=1)
    return tuple(_read(kind, path, number, line) for number, line in numbered if line.strip())


def _read(kind: type[_Kind], path: Path, number: int, line: str) -> _Kind:
    try:
        return kind.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise DataFileError(path, number, f"not JSON: {error.msg}.") from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise DataFileError(path, number, f"{where}: {fault['msg']}.") from error
