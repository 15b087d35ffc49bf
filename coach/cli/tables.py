"""The scores of transcripts as tables for a spreadsheet: a row a reply, and beside it a row a transcript."""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from coach.domain import FAINT, PLAIN

Row = dict[str, Any]
Add = Callable[[Row], None]
_REPLY = ("transcript", "reply", "empathy", "selling", "overall", "earned", "confidence", "behaviours", "quotes", "text")
_OWN_HEADS = tuple(f"transcript,{head},empathy,selling," for head in ("reply", "replies"))
# What a spreadsheet takes for the beginning of a formula, also in full width, or drops before it looks.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_DIGITS = 4


def meetings_beside(out: Path) -> Path:
    """Where the figures of the transcripts go, beside the table of the replies."""
    return out.with_name(f"{out.stem}.meetings.csv")


def is_own(first_line: str) -> bool:
    """Whether a file that begins with this line is a table that was written here."""
    return first_line.startswith(_OWN_HEADS)


def reply_table(file: TextIO) -> Add:
    """Write a row a reply."""
    writer = csv.DictWriter(file, _REPLY, extrasaction="ignore")
    writer.writeheader()

    def add(row: Row) -> None:
        for reply in row["replies"]:
            # As a page tells them: what was hardly there is left to the JSON, what is no likelier than not is a "perhaps".
            seen = [(_sure(one), one["quote"]) for one in reply["observations"] if one["weight"] >= FAINT]
            cells = {"transcript": row["transcript"], **reply, "behaviours": "; ".join(name for name, _ in seen),
                     "quotes": " | ".join(f"{name}: {quote}" for name, quote in seen)}
            writer.writerow({head: harmless(cells[head]) for head in _REPLY})

    return add


def _sure(seen: Mapping[str, Any]) -> str:
    return seen["behaviour"] if seen["weight"] >= PLAIN else f"perhaps {seen['behaviour']}"


def meeting_table(file: TextIO, figures: Sequence[str]) -> Add:
    """Write a row a transcript, with these of its figures."""
    writer = csv.DictWriter(file, ("transcript", *figures, "left_out"))
    writer.writeheader()

    def add(row: Row) -> None:
        cells = {name: _figure(name, row["score"][name]) for name in figures}
        cells |= {"transcript": row["transcript"], "left_out": len(row["left_out"])}
        writer.writerow({head: harmless(cell) for head, cell in cells.items()})

    return add


def _figure(name: str, value: object) -> object:
    """A figure as one cell: of what is a list, how many there are, or what there is where it has short names."""
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, Mapping):  # events, by the number of the reply
        return "; ".join(f"{number}: {' '.join(map(str, events))}" for number, events in value.items())
    if not isinstance(value, list | tuple):
        return value
    if name == "stages":
        return "; ".join(f"{one['stage']}: empathy {one['empathy']}, selling {one['selling']}" for one in value)
    if name in ("steps", "perceptions"):
        return "; ".join(one["topic"] for one in value)
    return len(value)


def harmless(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula; numbers are none."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
