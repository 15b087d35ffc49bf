"""Work through many pieces, in order and resumable: what is done is kept beside the result until all of it is there."""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TextIO, TypeVar

from coach.cli.terminal import Bar
from coach.errors import InputError

_Piece = TypeVar("_Piece")
Result = dict[str, Any]
# Halves of characters, as names of files may have them: no UTF-8 is made of them, and JSON has this very form for them.
_ESCAPED = "backslashreplace"


def work_through(pieces: Iterable[_Piece], do: Callable[[_Piece], list[Result]], out: Path, *, key: str, total: int,
                 what: str, jobs: int = 1) -> Iterator[Result]:
    """Do each of `pieces` and give its results, in order; a run that was cut off goes on where it stopped.

    Done pieces are kept in `OUT.part`, under `key`: a part file of another key is begun anew. The caller writes `out` from what
    comes out here, within `whole`.

    Args:
        pieces: the same ones in the same order each time, for the same key.
        do: gives the results of one piece; what it raises stops the run, and can be repeated.
        out: the file that the results are for.
        key: names the input, the engine and the version; all that decides the results.
        total: how many pieces there are, for the progress bar.
        what: what the bar says.
        jobs: how many at once (threads).
    """
    part = part_of(out)
    kept = _kept(part, key)
    bar = Bar(what)
    for results in _read_again(part, kept):
        yield from results
    try:
        with (part.open("a" if kept else "w", encoding="utf-8", errors=_ESCAPED) as file,
              ThreadPoolExecutor(max(1, jobs)) as pool):
            if not kept:
                _line(file, {"key": key})
            waiting, done = iter(islice(pieces, kept, None)), kept
            while chunk := list(islice(waiting, max(1, jobs))):
                for results in pool.map(do, chunk) if jobs > 1 else map(do, chunk):
                    _line(file, results)
                    done += 1
                    bar(done, total)
                    yield from results
    except OSError as error:
        raise InputError(f"{part} can not be written: {error.strerror or error}.") from error
    finally:
        bar.clear()


@contextmanager
def whole(out: Path) -> Iterator[TextIO]:
    """A file to write, which takes the place of `out` when all went well; else `out` stays as it was.

    Raises:
        InputError: it can not be written.
    """
    fresh = _fresh(out)
    try:
        with fresh.open("w", encoding="utf-8", errors=_ESCAPED, newline="") as file:
            yield file
        fresh.replace(out)
    except OSError as error:
        raise InputError(f"{out} can not be written: {error.strerror or error}.") from error
    finally:
        fresh.unlink(missing_ok=True)
    part_of(out).unlink(missing_ok=True)


def part_of(out: Path) -> Path:
    """Where the pieces done are kept until `out` is whole."""
    return out.with_name(f"{out.name}.part")


def _fresh(out: Path) -> Path:
    return out.with_name(f"{out.name}.new")


def written_for(out: Path) -> tuple[Path, ...]:
    """All files that are written, and so lost if they are something else, for `out` to be there in the end."""
    return out, part_of(out), _fresh(out)


def _line(file: TextIO, value: object) -> None:
    file.write(json.dumps(value, ensure_ascii=False) + "\n")
    file.flush()


def _kept(part: Path, key: str) -> int:
    """How many pieces were done under `key`; a line that was cut off is taken away, so that the next one begins clean."""
    if not part.is_file():
        return 0
    done, end = -1, 0
    with part.open("rb+") as file:
        for line in file:
            try:
                value = json.loads(line.decode()) if line.endswith(b"\n") else None
            except (ValueError, RecursionError):
                value = None
            if not isinstance(value, list) if done >= 0 else value != {"key": key}:
                break
            done, end = done + 1, end + len(line)
        if done >= 0:
            file.truncate(end)
    return max(done, 0)


def _read_again(part: Path, pieces: int) -> Iterator[list[Result]]:
    """The results of the first `pieces` done, one after the other: of a hundred thousand, memory has room for few."""
    if pieces:
        with part.open(encoding="utf-8") as file:
            for line in islice(file, 1, 1 + pieces):
                results: list[Result] = json.loads(line)
                yield results
