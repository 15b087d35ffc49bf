"""Open the database of the records and bring its tables up to date.

SQLite runs with a write-ahead log, so that readers and the writer do not wait for each other, and syncs to the disk at
each commit, so that what was shown is kept through a power cut. A write takes SQLite's write lock when it begins: the
second of two writers waits for the first and then sees what it did, where otherwise it would fail halfway.
"""

import json
import sqlite3
import time
from functools import partial
from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, exc, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from coach.errors import SetupError, StorageError
from coach.records.faults import PRIMARY_CODE, Task, told_plainly

BUSY_SECONDS = 5.0
"""How long to wait for another writer before giving up."""

MIGRATIONS = Path(__file__).parent / "migrations"
_ADDRESS = "write it as sqlite:////folder/coach.db or postgresql://user:password@host/name."
_OPENING = Task("nothing was read or written", "open coach again")
_WRITES = "coach_writes"
# Any number, as long as it stays the same: PostgreSQL lets one holder of it migrate at a time.
_MIGRATION_LOCK = 2_082_117
# Alembic keeps the migration under way in module globals.
_one_migration = Lock()


def open_database(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """Connect to the records at `url`, creating the SQLite file and its folder where missing, and migrate them.

    Args:
        url: a SQLAlchemy address, SQLite or PostgreSQL; `sqlite://` keeps the records in memory while it is open.
        busy_seconds: how long to wait for another writer.

    Raises:
        SetupError: the address can not be used, or the driver for it is not installed.
        StorageError: the records can not be opened or migrated.
    """
    address = _parse(url)
    place = place_of(address)
    with told_plainly(place, _OPENING):
        file = file_of(address)
        if file is not None:
            # What people said in practice is nobody else's business.
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        engine = _create(address, busy_seconds)
        try:
            if address.get_backend_name() == "sqlite":
                _write_ahead(engine, busy_seconds)
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
    return engine


def for_writing(engine: Engine) -> Engine:
    """The same database and pool, where each transaction begins as a writer."""
    return engine.execution_options(**{_WRITES: True})


def for_reading(engine: Engine) -> Engine:
    """The same database and pool, where all that one transaction reads is of one moment."""
    if engine.dialect.name == "sqlite":
        return engine  # a read under the write-ahead log is that already
    return engine.execution_options(isolation_level="REPEATABLE READ")


def place_of(address: URL) -> str:
    """How to name the database to a person: the file, or the address without its password."""
    if address.get_backend_name() == "sqlite":
        return address.database or "memory"
    return address.render_as_string(hide_password=True)


def file_of(address: URL) -> Path | None:
    """The SQLite file; None for PostgreSQL, for memory and for `file:` addresses, whose options are SQLite's affair."""
    name = address.database or ":memory:"
    if address.get_backend_name() != "sqlite" or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name)


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision, all or nothing. Writes nothing where they are there already.

    Raises:
        StorageError: the tables are of a later version than this one.
    """
    script = ScriptDirectory.from_config(migration_config())
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    if not set(current) <= {revision.revision for revision in script.walk_revisions()}:
        raise StorageError(
            f"The records at {place_of(engine.url)} were written by a later version of coach; nothing was changed, "
            "update coach and open it again."
        )
    if set(current) == set(script.get_heads()):
        return
    with _one_migration, for_writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        # Where another process migrated while this one waited, Alembic finds nothing left to do.
        command.upgrade(migration_config(connection), "head")


def migration_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, which needs no file; `connection` is the one that `migrations/env.py` works on."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _parse(url: str) -> URL:
    try:
        address = make_url(url)
    except (exc.ArgumentError, ValueError) as error:
        # The address is not repeated: there may be a password in it.
        raise SetupError(f"The address of the records can not be understood; {_ADDRESS}") from error
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise SetupError(f"The records can not be kept in {address.get_backend_name()}; {_ADDRESS}")
    file = file_of(address)
    # Absolute, so that the records stay where they are when the process changes its folder.
    return address if file is None else address.set(database=str(file.absolute()))


def _create(address: URL, busy_seconds: float) -> Engine:
    is_sqlite = address.get_backend_name() == "sqlite"
    in_memory = is_sqlite and address.database in (None, "", ":memory:")
    wait = {"timeout": busy_seconds, "check_same_thread": False} if is_sqlite else {"connect_timeout": 10}
    try:
        engine = create_engine(
            address,
            connect_args=wait,
            poolclass=QueuePool,
            # A database in memory lives in its one connection, so all take turns on it.
            pool_size=1 if in_memory else 5,
            max_overflow=0 if in_memory else 10,
            # Over a network a connection can have died in the pool.
            pool_pre_ping=not is_sqlite,
            # Readable in the file; and a NaN is a mistake, which PostgreSQL would not take either.
            json_serializer=partial(json.dumps, ensure_ascii=False, allow_nan=False),
        )
    except (ImportError, exc.NoSuchModuleError) as error:
        raise SetupError(
            f"The driver for {address.drivername} is not installed; for PostgreSQL, install the package "
            "psycopg[binary] beside coach."
        ) from error
    if is_sqlite:
        event.listen(engine, "connect", _prepare_sqlite)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = bool(connection.get_execution_options().get(_WRITES))
        if is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        elif writes:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(busy_seconds * 1000)}")

    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # None: sqlite3 begins no transaction on its own; `begin` above does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _write_ahead(engine: Engine, busy_seconds: float) -> None:
    """Switch the file to the write-ahead log; it stays so. Network drives and read-only files keep the plain journal.

    The switch itself does not wait for others, so that two first openings at once have to be told to.
    """
    until = time.monotonic() + busy_seconds
    while True:
        raw = engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("PRAGMA journal_mode")
            if cursor.fetchone() not in (("wal",), ("memory",)):
                cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            code = error.sqlite_errorcode & PRIMARY_CODE
            if code == sqlite3.SQLITE_READONLY:
                return
            if code != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        else:
            return
        finally:
            raw.close()
        time.sleep(0.02)
