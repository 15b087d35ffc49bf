"""Text for a terminal: what others wrote made harmless, lines wrapped to the width, plain tables."""

import re
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Collection, Sequence
from typing import TextIO

import click

_NARROW, _WIDE = 40, 92
_TAB = 4
# ECMA-48, 7-bit or 8-bit: control sequences ("\x1b[31m"), strings with their end (window titles, links), other escapes.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]")
# These turn the order of the text around them, and so can make it read as something else.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def plain(text: str) -> str:
    """`text` without anything that would command the terminal or hide what stands there."""
    text = _SEQUENCE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text
                   if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _TURNING))


def one_line(text: str) -> str:
    """`text` made harmless and put on one line."""
    return " ".join(plain(text).split())


def flowing(text: str) -> str:
    """`text` with the line breaks of its author's editor undone; paragraphs stay."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text.strip()))


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody sits at `stream`; it is None where it was closed before the program began."""
    return stream is not None and stream.isatty()


def width() -> int:
    """Columns to write in: the terminal's, but never so many that a line is hard to read."""
    return max(_NARROW, min(_WIDE, shutil.get_terminal_size().columns))


def wrapped(text: str, indent: str = "", hanging: str | None = None) -> str:
    """`text` made harmless and wrapped to the width, its paragraphs and line breaks kept.

    Args:
        text: from anywhere.
        indent: stands before the first line.
        hanging: stands before all others; None: as many spaces as `indent` has characters.
    """
    rest = " " * len(indent) if hanging is None else hanging
    lines: list[str] = []
    for line in plain(text).expandtabs(_TAB).split("\n"):
        lines += textwrap.wrap(line, width(), initial_indent=rest if lines else indent, subsequent_indent=rest,
                               break_on_hyphens=False) or [""]
    return "\n".join(lines)


def say(text: str = "", indent: str = "", hanging: str | None = None, *, err: bool = False) -> None:
    """Print `text` wrapped; see `wrapped`."""
    click.echo(wrapped(text, indent, hanging), err=err)


def table(rows: Sequence[Sequence[str]], heads: Sequence[str] = (), right: Collection[int] = ()) -> str:
    """Rows as aligned columns, two spaces apart.

    On a terminal the last column is wrapped; in a pipe each row stays on a line of its own, for whatever reads it.

    Args:
        rows: each with the same number of cells, from anywhere.
        heads: the columns' names, or none.
        right: the places of the columns that are set to the right.
    """
    cells = [[one_line(cell) for cell in row] for row in ([heads, *rows] if heads else rows)]
    if not cells:
        return ""
    *widths, _ = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    lines = []
    for row in cells:
        *firsts, last = row
        head = "".join((cell.rjust(w) if i in right else cell.ljust(w)) + "  "
                       for i, (cell, w) in enumerate(zip(firsts, widths, strict=True)))
        if is_terminal(sys.stdout) and width() - len(head) >= _NARROW // 2:
            lines.append(wrapped(last, head).rstrip() or head.rstrip())
        else:
            lines.append(f"{head}{last}".rstrip())
    return "\n".join(lines)


class Bar:
    """How far a piece of work is, on stderr: a line that grows on a terminal, nothing in a pipe until it is done."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Tell that `done` of `total` are done."""
        if is_terminal(sys.stderr):
            click.echo(f"\r{self._what}: {done} of {total}", nl=False, err=True)
            self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)

    def end(self, message: str) -> None:
        """Put `message` in its place."""
        self.clear()
        click.echo(message, err=True)
