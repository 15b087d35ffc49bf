"""The files of `coach score`: which are read, which are written, and that none is both."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from coach.cli.batch import written_for
from coach.cli.tables import is_own, meetings_beside


def targets_of(out: Path | None) -> tuple[Path, ...]:
    """What is written for --out."""
    if out is None:
        return ()
    return (out, meetings_beside(out)) if out.suffix.lower() == ".csv" else (out,)


def transcripts_in(path: Path, suffixes: Sequence[str], targets: Sequence[Path]) -> list[Path]:
    """`path`, or the transcripts in it, among which an earlier result is none.

    Raises:
        click.UsageError: one of them would be written over.
    """
    found = [path]
    if path.is_dir():
        found = sorted(one for one in path.rglob("*") if one.suffix.lower() in suffixes and not _is_folder(one))
        earlier = [target for target in targets if _is_result(target)]
        found = [one for one in found if not any(_same(one, target) for target in earlier)]
    for target in targets:
        keep(target, found)
    return found


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False  # what is wrong with it is told when it is read


def _is_result(path: Path) -> bool:
    """Whether `path` is there and was written here, or is empty: nobody's transcript."""
    try:
        if not path.is_file():
            return False
        with path.open(encoding="utf-8", errors="replace") as file:
            first = file.readline()
    except OSError:
        return False
    if path.suffix.lower() == ".csv":
        return not first or is_own(first)
    try:
        row = json.loads(first or '{"score": {}, "replies": []}')
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and {"score", "replies"} <= row.keys()


def digest_of(paths: Sequence[Path]) -> str:
    """Names and contents, so that a changed transcript is not taken for the one that was scored."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path).encode(errors="replace") + b"\0" + _content(path) + b"\0")
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    """The hash of its content, empty where it can not be read; a pipe would be waited for."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b""


def keep(out: Path, read: Iterable[Path]) -> None:
    """Refuse to write over what is read.

    Raises:
        click.UsageError: `out`, or what is written on the way to it, is one of `read`.
    """
    files = written_for(out)
    if over := next((one for one in read if any(_same(one, target) for target in files)), None):
        raise click.UsageError(f"--out would write over {over}, which is read; name another file.")


def _same(one: Path, other: Path) -> bool:
    """Whether both are one file, by whatever names and links."""
    try:
        return one.samefile(other)
    except OSError:
        return False  # one of them is not there, or leads nowhere
