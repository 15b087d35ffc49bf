"""The migrations make the tables that the models describe, once, from wherever the package lies."""

import runpy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text

from coach.domain import Ending, Level, Meeting
from coach.errors import StorageError
from coach.records import Repository, open_repository
from coach.records.draft import draft_migration
from coach.records.engine import migration_config, open_database
from coach.records.models import Base

_SCHEMA = text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND sql IS NOT NULL ORDER BY name")


def test_the_migrated_tables_are_those_of_the_models(repository: Repository, url: str) -> None:
    engine = repository._engine
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_even_to_the_letter(url: str) -> None:
    # Beyond what Alembic compares: checks, cascades, the columns' order.
    drawn = create_engine("sqlite://")
    migrated = open_database(url)
    Base.metadata.create_all(drawn)
    with drawn.connect() as one, migrated.connect() as other:
        assert _schema(one) == _schema(other)
    drawn.dispose()
    migrated.dispose()


def _schema(connection: Connection) -> list[tuple[str, str]]:
    """Every table and index as SQL; a column that was added later stands in the same line, so white space does not count."""
    return [(name, " ".join(sql.split())) for name, sql in connection.execute(_SCHEMA).all()]


def test_down_and_up_again(url: str) -> None:
    engine = open_database(url)
    with engine.begin() as connection:
        command.downgrade(migration_config(connection), "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    engine.dispose()
    repository = open_repository(url)
    repository.health()
    repository.close()


def test_records_from_before_there_were_levels_are_kept_whole(url: str, make_meeting: Callable[..., Meeting]) -> None:
    """As the first version wrote them: what it did not know is at the middle level, with the only person there was."""
    engine = open_database(url)
    old, ended = make_meeting("old", replies=2), make_meeting("ended", replies=1, ending=Ending.LEFT)
    ended = replace(ended, ended_at=ended.started_at)
    repository = Repository(engine)
    for meeting in (old, ended):
        repository.begin(meeting)
    with engine.begin() as connection:
        command.downgrade(migration_config(connection), "0001")
    columns = {column["name"] for column in inspect(engine).get_columns("meetings")}
    assert not {"level", "person", "branch_of", "branch_at"} & columns
    engine.dispose()

    repository = open_repository(url)
    assert repository.get("old") == old
    assert repository.get("ended") == ended
    assert {(one.id, one.level, one.person, one.branch_of) for one in repository.list()} == {
        ("old", Level.MEDIUM, "", ""), ("ended", Level.MEDIUM, "", "")}
    repository.begin(make_meeting("new", level=Level.HARD, person="nuria", branch_of="old", branch_at=1))
    assert repository.get("new").level is Level.HARD
    repository.close()


def test_the_oldest_records_there_can_be_are_brought_up_to_date(url: str, make_meeting: Callable[..., Meeting]) -> None:
    """Tables made by the first migration alone, and a row that the first version wrote into them."""
    Path(url.removeprefix("sqlite:///")).parent.mkdir()
    engine = create_engine(url)
    with engine.begin() as connection:
        command.upgrade(migration_config(connection), "0001")
        connection.execute(text(
            "INSERT INTO meetings (id, scenario_id, scenario_hash, seed, trainee, engine, started_at) "
            "VALUES ('m1', 'reorganised', '0a1b2c3d4e5f', 7, 'ada', 'embedded', '2026-03-02 09:00:00')"))
    engine.dispose()
    repository = open_repository(url)
    assert repository.get("m1") == make_meeting(seed=7, exchanges=())
    repository.close()


def test_records_of_a_later_version_are_left_alone(url: str) -> None:
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StorageError, match=r"coach\.db were written by a later version of coach; nothing was changed"):
        open_repository(url)


def test_several_processes_may_open_new_records_at_once(url: str) -> None:
    code = "import sys; from coach.records import open_repository; open_repository(sys.argv[1]).health()"
    children = [subprocess.Popen([sys.executable, "-c", code, url], stderr=subprocess.PIPE) for _ in range(2)]
    assert [child.communicate()[1] for child in children] == [b"", b""]
    assert [child.returncode for child in children] == [0, 0]


def test_a_draft_of_the_next_migration_is_empty_and_runs(tmp_path: Path) -> None:
    file = draft_migration("Nothing new", tmp_path)
    assert file.name == "0005_nothing_new.py"
    drafted = runpy.run_path(str(file))
    assert (drafted["revision"], drafted["down_revision"]) == ("0005", "0004")
    assert "op." not in file.read_text().replace("import op", "")
