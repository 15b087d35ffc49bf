"""Opening: addresses, folders, what SQLite is told, who waits for whom."""

import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from coach.domain import Exchange, Meeting
from coach.errors import SetupError, StorageError
from coach.records import Repository, open_repository
from coach.records.engine import open_database

MakeMeeting = Callable[..., Meeting]
MakeExchange = Callable[..., Exchange]


def test_a_new_file_is_made_with_its_folder(tmp_path: Path, make_meeting: MakeMeeting) -> None:
    file = tmp_path / "a folder" / "of 100 % ünïcode" / "coach.db"
    with closing(open_repository(f"sqlite:///{file}")) as repository:
        repository.begin(make_meeting())
    assert file.is_file()
    with closing(open_repository(f"sqlite:///{file}")) as repository:
        assert repository.get("m1") == make_meeting()


def test_sqlite_is_told_to_be_careful(url: str) -> None:
    engine = open_database(url)
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000}
    with engine.connect() as one, engine.connect() as other:  # each connection, not only the first
        for connection in (one, other):
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            assert found == wanted
    engine.dispose()


def test_a_relative_file_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_meeting: MakeMeeting
) -> None:
    monkeypatch.chdir(tmp_path)
    repository = open_repository("sqlite:///coach.db")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    repository.begin(make_meeting())
    repository.health()
    repository.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["coach.db", "elsewhere"]


def test_memory_is_one_database_for_all_threads(make_meeting: MakeMeeting, make_exchange: MakeExchange) -> None:
    repository = open_repository("sqlite://")
    repository.begin(make_meeting())
    thread = threading.Thread(target=repository.append, args=("m1", make_exchange(1)))
    thread.start()
    thread.join()
    assert repository.get("m1") == make_meeting(replies=1)
    repository.health()
    repository.close()


def test_a_writer_waits_for_another(url: str, make_meeting: MakeMeeting) -> None:
    repository = open_repository(url)
    other = _hold_the_lock(url)
    threading.Timer(0.15, other.rollback).start()
    began = time.monotonic()
    repository.begin(make_meeting())
    assert time.monotonic() - began > 0.1
    repository.close()
    other.close()


def test_a_writer_does_not_wait_forever_and_a_reader_not_at_all(url: str, make_meeting: MakeMeeting) -> None:
    repository = open_repository(url, busy_seconds=0.1)
    repository.begin(make_meeting())
    other = _hold_the_lock(url)
    with pytest.raises(StorageError, match=r"held by another program; the meeting was not begun, wait a moment and"):
        repository.begin(make_meeting("m2"))
    assert repository.get("m1") == make_meeting()
    with closing(open_repository(url, busy_seconds=0.1)) as opened_meanwhile:
        assert opened_meanwhile.get("m1") == make_meeting()
    other.rollback()
    repository.begin(make_meeting("m2"))
    repository.close()
    other.close()


def _hold_the_lock(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection


@pytest.mark.parametrize("url", ["", "coach.db", "://", "postgresql://u:secret@h:port/x"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(SetupError, match=r"can not be understood; write it as sqlite:") as caught:
        open_repository(url)
    assert "secret" not in str(caught.value)


def test_a_database_that_we_do_not_know() -> None:
    with pytest.raises(SetupError, match="can not be kept in mysql"):
        open_repository("mysql://u:p@h/x")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_driver_that_is_not_installed(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SetupError, match=r"install the package psycopg\[binary\]"):
        open_repository(f"{scheme}://coach:secret@127.0.0.1/coach")


def test_a_server_that_does_not_answer() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StorageError, match=r"can not be reached; nothing was read or written") as caught:
        open_repository("postgresql://coach:secret@127.0.0.1:9/coach")
    assert "secret" not in str(caught.value)
    assert "127.0.0.1:9" in str(caught.value)


def test_a_closed_repository_opens_again(url: str, make_meeting: MakeMeeting) -> None:
    repository: Repository = open_repository(url)
    repository.close()
    repository.begin(make_meeting())
    assert repository.get("m1") == make_meeting()
    repository.close()
