"""The lines of a file of questions for the library."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coach.cli.replies import Id, lines_of
from coach.errors import DataFileError
from coach.review.formats import LineError, parsed


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and its id as the line has it."""

    id: Id
    text: str


def questions_in(path: Path) -> Iterator[Question | DataFileError]:
    """The questions of `path` in order; what is no question is given as the error that names its line and fault."""
    for number, line in lines_of(path):
        try:
            yield _question(parsed(line))
        except (LineError, ValueError) as error:
            yield DataFileError(path, number, f"{error}.")


def _question(found: object) -> Question:
    if not isinstance(found, dict):
        raise ValueError("a JSON object with id and text is wanted")  # noqa: TRY004 - a fault of the file
    given, text = found.get("id"), found.get("text")
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise ValueError("id: a text or a whole number is wanted")  # noqa: TRY004 - as above
    if not isinstance(text, str):
        raise ValueError("text: the question is wanted here")  # noqa: TRY004 - as above
    return Question(given, text)
