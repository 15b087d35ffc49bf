"""The lines of a file of replies, one at a time, so that whatever is wrong with one is its own problem."""

import math
from collections.abc import Iterator
from pathlib import Path

from coach.errors import DataFileError
from coach.evals.labels import ReplyInContext, read_reply
from coach.review.formats import LineError, parsed

Id = str | int | float


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, by their number; what is not UTF-8 is marked in them, and told by `read_line`."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as lines:
        yield from ((number, line) for number, line in enumerate(lines, start=1) if line.strip())


def read_line(path: Path, number: int, line: str) -> tuple[Id, ReplyInContext]:
    """A reply, and its id as the line has it: a number stays one.

    Raises:
        DataFileError: names the line and the fault.
    """
    try:
        found = parsed(line)
    except LineError as error:
        raise DataFileError(path, number, f"{error}.") from error
    one = read_reply(path, number, line)
    try:
        "".join((one.id, one.reply, *(turn.text for turn in one.transcript.turns))).encode()
    except UnicodeEncodeError as error:  # as "\ud83d"; neither a file nor a language model takes it
        raise DataFileError(path, number, "half a character stands in it, as where a text is cut in two.") from error
    return _id_of(found, one.id), one


def _id_of(found: object, otherwise: str) -> Id:
    given = found.get("id") if isinstance(found, dict) else None
    if isinstance(given, float) and not math.isfinite(given):
        return otherwise  # JSON has no such number
    return given if isinstance(given, str | int | float) else otherwise
