"""Conversations that coach did not run, read from files: JSON Lines, tables, or plain "Name: text".

A line that can not be read is told by its number and left out; what can be read is still scored. The formats are read by
`formats.py` and `plain.py`; here words become turns.
"""

import codecs
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.domain import Speaker, Transcript, Turn
from coach.errors import DataFileError, InputError
from coach.language.text import clean
from coach.review.formats import jsonl, table
from coach.review.plain import plain
from coach.review.speakers import NOT_UTF8, Found, Problem, Said, Who, shown

__all__ = ["SUFFIXES", "Conversation", "Problem", "Who", "load_conversation"]

SUFFIXES = (".jsonl", ".csv", ".tsv", ".txt", ".md")
_MOST_BYTES = 20_000_000
_MOST_NAMES = 8
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # "Unicode text" of a spreadsheet


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation from a file.

    Attributes:
        problems: the lines that were left out.
        doubts: lines that were read, but might have been meant otherwise.
    """

    transcript: Transcript
    problems: tuple[Problem, ...]
    doubts: tuple[Problem, ...] = ()


def load_conversation(path: Path, who: Who) -> Conversation:
    """Read one file.

    Raises:
        DataFileError: it can not be read, is not UTF-8, or has no column for the speaker or the text.
        InputError: its kind is not known, it is too large, or nothing in it is said by the trainee; says what to do.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{path} can not be scored: coach reads {', '.join(SUFFIXES)}.")
    text = _text(path)
    if suffix == ".jsonl":
        found = jsonl(text)
    elif suffix in (".csv", ".tsv"):
        found = table(path, text)
    else:
        found = plain(text, who)
    return _conversation(path, found, who)


def _conversation(path: Path, rows: Iterable[Found], who: Who) -> Conversation:
    turns: list[Turn] = []
    lines: list[Problem] = []
    unknown: Counter[str] = Counter()
    goes_on = False  # not past what was left out: somebody else may have spoken there
    for row in rows:
        one = row if isinstance(row, Problem) else _turn(row, who)
        if isinstance(one, Problem):
            lines.append(one)
            goes_on = goes_on and not one.left_out
            if isinstance(row, Said) and who.is_(*row.names) is None:
                unknown[shown(row.names[0])] += 1
        elif goes_on and turns[-1].speaker is one.speaker:
            turns[-1] = Turn(one.speaker, f"{turns[-1].text}\n{one.text}")
        else:
            turns.append(one)
            goes_on = True
    problems = tuple(one for one in lines if one.left_out)
    if not any(turn.speaker is Speaker.TRAINEE for turn in turns):
        raise _nobody(path, problems, [name for name, _ in unknown.most_common(_MOST_NAMES)])
    return Conversation(Transcript(tuple(turns)), problems, tuple(one for one in lines if not one.left_out))


def _turn(said: Said, who: Who) -> Turn | Problem:
    speaker = who.is_(*said.names)
    if speaker is None:
        return Problem(said.line, f"{shown(said.names[0])!r} is neither the trainee nor the customer")
    text = clean(said.text)
    return Turn(speaker, text) if text else Problem(said.line, "nothing is said here")


def _nobody(path: Path, problems: Iterable[Problem], names: Sequence[str]) -> InputError:
    """Why there is nothing to score."""
    if bad := next((problem for problem in problems if problem.what.startswith(NOT_UTF8)), None):
        return DataFileError(path, bad.line, "the file is not UTF-8 text; save it as UTF-8.")
    return InputError(f"{path} has nothing said by the trainee. It names {', '.join(map(repr, names)) or 'nobody'}; say who is "
                      f"who, for example --trainee {(names[0] if names else 'NAME')!r} --customer 'OTHER'.")


def _text(path: Path) -> str:
    """The file's text, with each byte that is not UTF-8 marked; see `is_decoded`."""
    try:
        if not path.is_file():
            raise DataFileError(path, 1, "the file can not be read: it is no file, or a link that leads to none.")
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{path} has more than {_MOST_BYTES // 1_000_000} MB; split it into one file a conversation.")
        raw = path.read_bytes()
    except OSError as error:
        raise DataFileError(path, 1, f"the file can not be read: {error.strerror or error}.") from error
    try:
        text = raw.decode("utf-16") if raw.startswith(_UTF_16) else raw.decode("utf-8-sig", errors="surrogateescape")
    except UnicodeDecodeError as error:
        raise DataFileError(path, 1, "the file is not UTF-8 text; save it as UTF-8.") from error
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
