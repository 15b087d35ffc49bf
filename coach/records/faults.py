"""What a database or a disk reports, told in a plain sentence: what is wrong, what was lost, what to do."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import exc

from coach.errors import CoachError, ConflictError, InputError, StorageError


@dataclass(frozen=True, slots=True)
class Task:
    """What was under way when a fault came, in the words that its sentence needs.

    Attributes:
        loss: what the fault cost; goes on after a semicolon.
        remedy: what to do once the cause is gone; goes on after "and".
        unsure: what to do where the connection broke off and nobody knows how far it came; follows a semicolon.
    """

    loss: str
    remedy: str
    unsure: str = "try again"


READING = Task("nothing was changed", "try again")


class Cause(StrEnum):
    """The faults that have a remedy of their own, each with its sentence."""

    FULL = "The disk is full; {loss}, free some space and {remedy}."
    READ_ONLY = (
        "The records at {place} can only be read, not written; {loss}, give this user the right to write there (to the "
        "file and its folder, or in the database) and {remedy}."
    )
    BUSY = "The records at {place} are held by another program; {loss}, wait a moment and {remedy}."
    DAMAGED = (
        "The records at {place} are damaged, or the file is not a database; {loss}, put a backup in its place and "
        "{remedy}."
    )
    NO_ACCESS = (
        "The records at {place} can not be opened; {loss}, check that the folder is there and that this user may write "
        "to it and {remedy}."
    )
    DEVICE = "The disk that holds {place} reports an error; {loss}, check the disk and {remedy}."
    NO_TABLES = (
        "The records at {place} lack a table: they were moved or replaced while coach ran; {loss}, restart coach and "
        "{remedy}."
    )
    UNREACHABLE = (
        "The database at {place} can not be reached; {loss}, check that it runs and that its address, user and "
        "password are right, and {remedy}."
    )
    BROKEN_OFF = "The connection to the database at {place} broke off; {unsure}."
    OTHER = "The database at {place} refused the request; {loss}, look at its log and {remedy}."


_SQLITE = {
    sqlite3.SQLITE_FULL: Cause.FULL,
    sqlite3.SQLITE_READONLY: Cause.READ_ONLY,
    sqlite3.SQLITE_BUSY: Cause.BUSY,
    sqlite3.SQLITE_LOCKED: Cause.BUSY,
    sqlite3.SQLITE_CORRUPT: Cause.DAMAGED,
    sqlite3.SQLITE_NOTADB: Cause.DAMAGED,
    sqlite3.SQLITE_CANTOPEN: Cause.NO_ACCESS,
    sqlite3.SQLITE_PERM: Cause.NO_ACCESS,
    sqlite3.SQLITE_AUTH: Cause.NO_ACCESS,
    sqlite3.SQLITE_IOERR: Cause.DEVICE,
}
# Classes and codes of SQLSTATE, from the PostgreSQL manual, appendix A; the longer one decides.
_POSTGRES = {
    "53100": Cause.FULL,
    "25006": Cause.READ_ONLY,
    "42501": Cause.READ_ONLY,
    "55P03": Cause.BUSY,
    "40": Cause.BUSY,
    "57014": Cause.BUSY,
    "XX": Cause.DAMAGED,
    "58": Cause.DEVICE,
    "42P01": Cause.NO_TABLES,
    "08": Cause.UNREACHABLE,
    "28": Cause.UNREACHABLE,
    "3D": Cause.UNREACHABLE,
    "53": Cause.UNREACHABLE,
    "57": Cause.UNREACHABLE,
}
_BAD_CHARACTER = ("", "22021", "22P05")  # psycopg itself refuses a NUL, and then there is no code
_OS = {
    errno.ENOSPC: Cause.FULL,
    errno.EDQUOT: Cause.FULL,
    errno.EROFS: Cause.READ_ONLY,
    errno.EIO: Cause.DEVICE,
}
PRIMARY_CODE = 0xFF
"""SQLite's extended error codes carry the primary code in the low byte."""


@contextmanager
def told_plainly(place: str, task: Task) -> Iterator[None]:
    """Let nothing out of the block but errors of ours and mistakes in the program.

    Raises:
        ConflictError: a unique key was taken already.
        InputError: a text can not be stored.
        StorageError: everything else that a database or a disk can report.
    """
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error, OSError, UnicodeEncodeError) as error:
        origin = error.orig if isinstance(error, exc.StatementError) else None
        if isinstance(origin, ValueError | TypeError) and not isinstance(origin, UnicodeEncodeError):
            raise origin from error  # a value of the wrong kind (a time without a zone): a mistake in the program
        raise told(error, place, task) from error


def told(error: Exception, place: str, task: Task) -> CoachError:
    """The error of ours that says what `error` means."""
    origin = error.orig if isinstance(error, exc.StatementError) and error.orig is not None else error
    if isinstance(origin, UnicodeEncodeError) or (
        isinstance(error, exc.DataError) and _sqlstate(origin) in _BAD_CHARACTER
    ):
        # Half of an emoji, a NUL sent to PostgreSQL: no database fault, and trying again would not help.
        return InputError(
            f"The text holds a character that can not be stored; {task.loss}, take it out and {task.remedy}."
        )
    if isinstance(error, exc.IntegrityError) and _is_taken(origin):
        return ConflictError("This is recorded already, from another tab or a second click; reload to see it.")
    cause = _cause(error, origin)
    return StorageError(cause.format(place=place, loss=task.loss, remedy=task.remedy, unsure=task.unsure))


def _is_taken(origin: BaseException) -> bool:
    taken = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
    return getattr(origin, "sqlite_errorcode", None) in taken or _sqlstate(origin) == "23505"


def _cause(error: Exception, origin: BaseException) -> Cause:
    if isinstance(error, exc.TimeoutError):
        return Cause.BUSY  # every connection of the pool is in use
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return Cause.BROKEN_OFF
    if isinstance(origin, sqlite3.Error):
        return _sqlite_cause(origin)
    if isinstance(origin, OSError):
        return _OS.get(origin.errno or 0, Cause.NO_ACCESS)
    state = _sqlstate(origin)
    if not state and isinstance(error, exc.OperationalError):
        return Cause.UNREACHABLE  # a driver that never got through to the server has no code to give
    return _POSTGRES.get(state) or _POSTGRES.get(state[:2], Cause.OTHER)


def _sqlite_cause(origin: sqlite3.Error) -> Cause:
    if "no such table" in str(origin):
        return Cause.NO_TABLES  # has no code of its own
    # Errors that Python's sqlite3 raises by itself carry no code.
    code = getattr(origin, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return _SQLITE.get(code & PRIMARY_CODE, Cause.OTHER)


def _sqlstate(origin: BaseException) -> str:
    """PostgreSQL's code: psycopg calls it `sqlstate`, psycopg2 `pgcode`."""
    return getattr(origin, "sqlstate", None) or getattr(origin, "pgcode", None) or ""
