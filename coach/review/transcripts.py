"""Conversations that coach did not run, read from files: JSON Lines, CSV, or plain "Name: text".

A line that can not be read is told by its number and left out; what can be read is still scored.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from coach.datafile import read_text
from coach.domain import Speaker, Transcript, Turn
from coach.errors import DataFileError, InputError
from coach.language.text import clean

SUFFIXES = (".jsonl", ".csv", ".txt", ".md")
# Who is who by the words that transcripts commonly use; names are mapped by whoever calls.
_TRAINEE = frozenset("trainee seller sales salesperson rep agent advisor adviser consultant interviewer helper me you".split())
_CUSTOMER = frozenset("customer client buyer prospect interviewee user caller".split())
_NAMED = re.compile(r"^\s*(?:\[[\d:.]+\]\s*)?([^\W\d_][\w .'’-]{0,40}?)\s*(?:\([\d:.]+\)\s*)?:\s+(.*)$")
_SPEAKER_KEYS = ("speaker", "role", "name")
_TEXT_KEYS = ("text", "content", "said")
_MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that could not be read, and why."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation from a file.

    Attributes:
        problems: the lines that were left out.
    """

    transcript: Transcript
    problems: tuple[Problem, ...]


class Who:
    """Says which speaker a name stands for."""

    def __init__(self, trainees: Iterable[str] = (), customers: Iterable[str] = ()) -> None:
        self._known: Mapping[str, Speaker] = (
            dict.fromkeys(_TRAINEE, Speaker.TRAINEE) | dict.fromkeys(_CUSTOMER, Speaker.CUSTOMER)
            | {name.strip().lower(): Speaker.TRAINEE for name in trainees}
            | {name.strip().lower(): Speaker.CUSTOMER for name in customers})

    def is_(self, name: str) -> Speaker | None:
        """The speaker that `name` stands for; None where that is not known."""
        return self._known.get(name.strip().lower())


def load_conversation(path: Path, who: Who) -> Conversation:
    """Read one file.

    Raises:
        DataFileError: it can not be read, is not UTF-8, or has no column for the speaker or the text.
        InputError: its kind is not known, it is too large, or nothing in it is said by the trainee; says what to do.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path} can not be scored: coach reads {', '.join(SUFFIXES)}.")
    if path.is_file() and path.stat().st_size > _MOST_BYTES:
        raise InputError(f"{path} has more than {_MOST_BYTES // 1_000_000} MB; split it into one file a conversation.")
    text = read_text(path).lstrip("\ufeff")
    rows = {".jsonl": _jsonl, ".csv": _csv}.get(path.suffix.lower(), _plain)(path, text)
    turns: list[Turn] = []
    problems: list[Problem] = []
    unknown: dict[str, int] = {}
    for line, name, said in rows:
        speaker = who.is_(name) if name is not None else None
        if name is None or not clean(said):
            problems.append(Problem(line, said if name is None else "nothing is said here"))
        elif speaker is None:
            unknown.setdefault(name, line)
            problems.append(Problem(line, f"{name!r} is neither the trainee nor the customer"))
        elif turns and turns[-1].speaker is speaker:
            turns[-1] = Turn(speaker, f"{turns[-1].text}\n{clean(said)}")  # one who goes on speaking
        else:
            turns.append(Turn(speaker, clean(said)))
    if not any(turn.speaker is Speaker.TRAINEE for turn in turns):
        names = ", ".join(map(repr, unknown)) or "nobody"
        raise InputError(f"{path} has nothing said by the trainee. It names {names}; say who is who, for example "
                         f"--trainee {next(iter(unknown), 'NAME')!r} --customer 'OTHER'.")
    return Conversation(Transcript(tuple(turns)), tuple(problems))


# Each reader gives (line, name, text); a name of None says that the line can not be read, and the text why.
_Row = tuple[int, str | None, str]


def _jsonl(_: Path, text: str) -> Iterable[_Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except json.JSONDecodeError as error:
            yield number, None, f"not JSON: {error.msg}"
            continue
        if not isinstance(found, dict):
            yield number, None, "not a JSON object"
            continue
        name = next((found[key] for key in _SPEAKER_KEYS if isinstance(found.get(key), str)), None)
        said = next((found[key] for key in _TEXT_KEYS if isinstance(found.get(key), str)), None)
        if name is None or said is None:
            yield number, None, f"needs {_SPEAKER_KEYS[0]!r} and {_TEXT_KEYS[0]!r}"
        else:
            yield number, name, said


def _csv(path: Path, text: str) -> Iterable[_Row]:
    reader = csv.DictReader(io.StringIO(text))
    heads = {head.strip().lower(): head for head in reader.fieldnames or () if head}
    name_head = next((heads[key] for key in _SPEAKER_KEYS if key in heads), None)
    text_head = next((heads[key] for key in _TEXT_KEYS if key in heads), None)
    if name_head is None or text_head is None:
        raise DataFileError(path, 1, f"needs a column {_SPEAKER_KEYS[0]!r} and a column {_TEXT_KEYS[0]!r}.")
    before = 1
    try:
        for row in reader:
            number, before = before + 1, reader.line_num
            name, said = row.get(name_head), row.get(text_head)
            yield (number, None, "the row is too short") if name is None or said is None else (number, name, said)
    except csv.Error as error:
        yield reader.line_num, None, f"not CSV: {error}"


def _plain(_: Path, text: str) -> Iterable[_Row]:
    """A line without a name goes on with what the one before said."""
    current: tuple[int, str, list[str]] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if found := _NAMED.match(line):
            if current:
                yield current[0], current[1], "\n".join(current[2])
            current = (number, found.group(1), [found.group(2)])
        elif current and line.strip():
            current[2].append(line.strip())
        elif line.strip():
            yield number, None, "nobody is named before a colon"
    if current:
        yield current[0], current[1], "\n".join(current[2])
