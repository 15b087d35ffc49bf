"""JSON Lines and tables from elsewhere, read into words with their speaker; what can not be read is told by its line."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.errors import DataFileError
from coach.review.speakers import NOT_UTF8, Found, Problem, Said, is_decoded

# Names of keys and columns, the surest first: "line" may also be a number beside the text.
_SPEAKER_KEYS = ("speaker", "role", "name", "speaker name", "author", "sender", "participant")
_TEXT_KEYS = ("text", "content", "said", "utterance", "message", "transcript", "sentence", "line")
_SEPARATORS = ",;\t|"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*$', re.IGNORECASE)  # spreadsheets write and read it
_LONGEST_CELL = 20_000_000
_MOST_LINES = 1000  # of a row; else a table of wrong quotes would be looked through to its end at each of them


def jsonl(text: str) -> Iterator[Found]:
    """An object a line, with a speaker and a text."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _said(number, line)


class LineError(ValueError):
    """A line that can not be read; says why."""


def parsed(line: str) -> object:
    """The JSON of `line`.

    Raises:
        LineError: there is none, or none that can be used.
    """
    if not is_decoded(line):
        raise LineError(NOT_UTF8)
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise LineError(f"not JSON: {error.msg}") from error
    except RecursionError as error:
        raise LineError("JSON that is nested too deeply") from error
    except ValueError as error:  # json has no name of its own for it
        raise LineError("a number has too many digits") from error


def _said(number: int, line: str) -> Found:
    try:
        found = parsed(line)
    except LineError as error:
        return Problem(number, str(error))
    if not isinstance(found, dict):
        return Problem(number, "not a JSON object")
    given = {_head(head): value for head, value in found.items() if isinstance(value, str)}
    names = tuple(given[head] for head in _SPEAKER_KEYS if given.get(head, "").strip())
    said = next((given[head] for head in _TEXT_KEYS if head in given), None)
    if not names or said is None:
        return Problem(number, f"needs {_SPEAKER_KEYS[0]!r} and {_TEXT_KEYS[0]!r}")
    return Said(number, names, said)


@dataclass(frozen=True, slots=True)
class _Columns:
    separator: str
    width: int
    names: tuple[int, ...]
    text: int


def table(path: Path, text: str) -> Iterator[Found]:
    """A row a turn, below a header with a column for the speaker and one for the text.

    Raises:
        DataFileError: there is no such header.
    """
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))  # of the whole process, so it is never lowered
    lines = text.split("\n")
    start = next((place for place, line in enumerate(lines) if line.strip()), 0)
    told = _SEPARATOR_LINE.match(lines[start])
    start += bool(told)
    columns, place = _header(path, lines, start, told.group(1) if told else _SEPARATORS)
    while place < len(lines):
        first, (cells, place) = place, _row(lines, place, columns.separator)
        raw = lines[first:place]
        if bad := next((first + n for n, line in enumerate(raw, start=1) if not is_decoded(line)), 0):
            yield Problem(bad, NOT_UTF8)
        elif cells is None:
            yield Problem(first + 1, "a quote (\") is opened that is not closed, or not where the cell ends")
        elif any(cell.strip() for cell in cells):
            yield _of_cells(first + 1, cells, columns)


def _header(path: Path, lines: Sequence[str], start: int, separators: str) -> tuple[_Columns, int]:
    """The columns, by whichever separator shows them, and the place of the line after the header."""
    for separator in separators:
        cells, after = _row(lines, start, separator) if start < len(lines) else (None, start)
        heads = [_head(cell) for cell in cells or ()]
        names = tuple(heads.index(head) for head in _SPEAKER_KEYS if head in heads)
        text = next((heads.index(head) for head in _TEXT_KEYS if head in heads), None)
        if names and text is not None:
            return _Columns(separator, len(heads), names, text), after
    if start < len(lines) and not is_decoded(lines[start]):
        raise DataFileError(path, start + 1, "the file is not UTF-8 text; save it as UTF-8.")
    raise DataFileError(path, 1, f"needs a column {_SPEAKER_KEYS[0]!r} and a column {_TEXT_KEYS[0]!r}.")


def _row(lines: Sequence[str], place: int, separator: str) -> tuple[list[str] | None, int]:
    """The cells of the row that begins at `place` (None: its quotes are wrong), and the place of the line after it.

    A row with wrong quotes ends with its line. A quote left open would else swallow the rest of the file, up to the next quote.
    """
    rest = (f"{lines[n]}\n" for n in range(place, min(place + _MOST_LINES, len(lines))))
    reader = csv.reader(rest, delimiter=separator, strict=True)
    try:
        return next(reader), place + reader.line_num
    except csv.Error:
        if lines[place].count('"') % 2:
            return None, place + 1
    # Quotes that all close, but within a cell ("Yes" is what I said): they are meant as they stand.
    return next(csv.reader([lines[place]], delimiter=separator, quoting=csv.QUOTE_NONE)), place + 1


def _of_cells(number: int, cells: Sequence[str], columns: _Columns) -> Found:
    surplus = cells[columns.width :]
    said = cells[columns.text : columns.text + 1]
    if any(cell.strip() for cell in surplus):
        if columns.text != columns.width - 1:
            many = f"{len(surplus)} cell{'s' if len(surplus) > 1 else ''}"
            return Problem(number, f"{many} more than the header; put the text in quotes")
        said = [columns.separator.join(cells[columns.text :])]  # the text stands last, so it is what had no quotes
    names = tuple(cells[place] for place in columns.names if place < len(cells) and cells[place].strip())
    if not said or not names:
        return Problem(number, "the row is too short" if len(cells) < columns.width else "nobody is named")
    return Said(number, names, said[0])


def _head(name: str) -> str:
    return " ".join(name.strip().casefold().replace("_", " ").split())


