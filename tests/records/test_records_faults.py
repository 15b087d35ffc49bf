"""Disks and files that fail: real faults, told in plain sentences, with nothing half done."""

import errno
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, exc, text

from coach.domain import Exchange, Meeting
from coach.errors import CoachError, ConflictError, InputError, StorageError
from coach.records import Repository, open_repository
from coach.records.engine import open_database
from coach.records.faults import Task, told

MakeMeeting = Callable[..., Meeting]
MakeExchange = Callable[..., Exchange]


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _is_plain(error: CoachError) -> bool:
    words = str(error)
    jargon = ("Traceback", "sqlite3.", "sqlalchemy", "Error", "INSERT", "SELECT", "[SQL", "http", "\n")
    return words.endswith(".") and not any(word in words for word in jargon)


def _limit_pages(engine: Engine, spare: int) -> None:
    """Let the file grow by `spare` pages and no further: then SQLite says what it says on a full disk."""
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    @event.listens_for(engine, "connect")
    def limit(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + spare}")

    engine.dispose()


def test_a_full_disk(url: str, make_meeting: MakeMeeting, make_exchange: MakeExchange) -> None:
    engine = open_database(url)
    repository = Repository(engine)
    repository.begin(make_meeting())
    _limit_pages(engine, spare=1)
    with pytest.raises(StorageError) as caught:
        repository.append("m1", make_exchange(1, reply="words " * 10_000))
    assert str(caught.value) == (
        "The disk is full; nothing was saved of this reply, free some space and send it again."
    )
    assert repository.get("m1") == make_meeting()
    # Once there is room, the same reply goes in.
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 10000"))
    engine.dispose()
    repository.append("m1", make_exchange(1, reply="words " * 10_000))
    repository.close()


def test_a_full_disk_says_what_was_lost(url: str, make_meeting: MakeMeeting) -> None:
    engine = open_database(url)
    _limit_pages(engine, spare=0)
    with pytest.raises(StorageError, match=r"^The disk is full; the meeting was not begun, free some"):
        Repository(engine).begin(make_meeting(replies=40))
    assert Repository(engine).list() == ()
    engine.dispose()


def test_records_that_can_only_be_read(url: str, make_meeting: MakeMeeting, make_exchange: MakeExchange) -> None:
    writable = open_repository(url)
    writable.begin(make_meeting(replies=1))
    repository = open_repository(f"sqlite:///file:{_file(url)}?mode=ro&uri=true")
    assert repository.get("m1") == make_meeting(replies=1)
    assert len(repository.list()) == 1
    calls: list[Callable[[], None]] = [
        lambda: repository.append("m1", make_exchange(2)),
        lambda: repository.begin(make_meeting("m2")),
        lambda: repository.delete("m1"),
        repository.health,
    ]
    for call in calls:
        with pytest.raises(StorageError, match="can only be read, not written") as caught:
            call()
        assert _is_plain(caught.value)
    assert writable.get("m1") == make_meeting(replies=1)
    repository.close()
    writable.close()


def test_new_records_where_nothing_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / "empty.db"
    file.touch()
    with pytest.raises(StorageError, match="can only be read, not written; nothing was read or written") as caught:
        open_repository(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert _is_plain(caught.value)


def test_a_folder_that_can_not_be(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("a file, where a folder is needed")
    for address in (f"sqlite:///{tmp_path}/note/coach.db", f"sqlite:///{tmp_path}"):
        with pytest.raises(StorageError, match="can not be opened; nothing was read or written") as caught:
            open_repository(address)
        assert _is_plain(caught.value)


def test_a_file_that_is_no_database(url: str) -> None:
    _file(url).parent.mkdir()
    _file(url).write_text("Dear diary, today I met a customer.\n" * 200)
    with pytest.raises(StorageError, match="are damaged, or the file is not a database") as caught:
        open_repository(url)
    assert _is_plain(caught.value)
    assert _file(url).read_text().startswith("Dear diary")


def test_a_file_damaged_in_the_middle(url: str, make_meeting: MakeMeeting) -> None:
    repository = open_repository(url)
    repository.begin(make_meeting(replies=3))
    repository.close()
    size = _file(url).stat().st_size
    with _file(url).open("r+b") as file:
        file.seek(4096 * 2)  # past the first page, which has the schema
        file.write(b"\xa5" * (size - 4096 * 2))
    with pytest.raises(StorageError, match="are damaged") as caught, closing(open_repository(url)) as damaged:
        damaged.get("m1")
    assert _is_plain(caught.value)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE exchanges SET move = '{}'",
        "UPDATE exchanges SET move = '{half'",
        "UPDATE exchanges SET tip = '[1]' WHERE number = 1",
        "UPDATE meetings SET ending = 'in a way of version 9'",
        "UPDATE meetings SET started_at = 'yesterday'",
    ],
)
def test_a_record_that_makes_no_sense(url: str, make_meeting: MakeMeeting, damage: str) -> None:
    engine = open_database(url)
    repository = Repository(engine)
    repository.begin(make_meeting(replies=1))
    with engine.begin() as connection:
        connection.execute(text(damage))
    with pytest.raises(StorageError, match="does not understand") as caught:
        repository.get("m1")
    assert _is_plain(caught.value)
    engine.dispose()


def test_health_notices_a_file_that_is_gone(url: str, make_meeting: MakeMeeting) -> None:
    repository = open_repository(url)
    repository.begin(make_meeting())
    repository.health()
    _file(url).unlink()
    with pytest.raises(StorageError, match="moved or replaced while coach ran; no reply can be saved") as caught:
        repository.health()
    assert _is_plain(caught.value)
    repository.close()


def test_tables_that_are_gone(url: str) -> None:
    repository = open_repository(url)
    repository.close()
    _file(url).unlink()
    with pytest.raises(StorageError, match="lack a table") as caught:
        repository.list()
    assert _is_plain(caught.value)
    repository.close()


class _ReportedError(Exception):
    """What a PostgreSQL driver raises."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("ERROR: INSERT …\nDETAIL: …")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (exc.OperationalError("INSERT", {}, _ReportedError("53100")), "disk is full"),
        (exc.OperationalError("INSERT", {}, _ReportedError("53300")), "can not be reached"),
        (exc.InternalError("INSERT", {}, _ReportedError("25006")), "can only be read"),
        (exc.OperationalError("INSERT", {}, _ReportedError("55P03")), "held by another program"),
        (exc.OperationalError("INSERT", {}, _ReportedError("40001")), "held by another program"),
        (exc.ProgrammingError("SELECT", {}, _ReportedError("42P01")), "lack a table"),
        (exc.InternalError("SELECT", {}, _ReportedError("XX001")), "are damaged"),
        (exc.OperationalError("SELECT", {}, _ReportedError("57P01"), connection_invalidated=True), "broke off; look"),
        (exc.OperationalError("SELECT", {}, _ReportedError(None)), "can not be reached"),
        (exc.ProgrammingError("SELECT", {}, _ReportedError("22012")), "refused the request"),
        (exc.IntegrityError("INSERT", {}, _ReportedError("23502")), "refused the request"),
        (exc.DataError("INSERT", {}, _ReportedError("22003")), "refused the request"),
        (exc.TimeoutError(), "held by another program"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (OSError(errno.EROFS, "Read-only file system"), "can only be read"),
        (OSError(errno.EIO, "Input/output error"), "disk that holds"),
        (PermissionError(errno.EACCES, "Permission denied"), "can not be opened"),
    ],
)
def test_every_cause_has_its_sentence(error: Exception, words: str) -> None:
    said = told(error, "the-place", Task("the loss", "the remedy", "look"))
    assert isinstance(said, StorageError)
    assert words in str(said)
    assert _is_plain(said)


def test_causes_that_are_no_fault_of_the_store() -> None:
    task = Task("the loss", "the remedy")
    assert isinstance(told(exc.IntegrityError("INSERT", {}, _ReportedError("23505")), "x", task), ConflictError)
    assert isinstance(told(exc.DataError("INSERT", {}, _ReportedError("22021")), "x", task), InputError)
