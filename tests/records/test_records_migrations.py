"""The migrations make the tables that the models describe, once, from wherever the package lies."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

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
        assert one.execute(_SCHEMA).all() == other.execute(_SCHEMA).all()
    drawn.dispose()
    migrated.dispose()


def test_down_and_up_again(url: str) -> None:
    engine = open_database(url)
    with engine.begin() as connection:
        command.downgrade(migration_config(connection), "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    engine.dispose()
    repository = open_repository(url)
    repository.health()
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
    assert file.name == "0002_nothing_new.py"
    drafted: dict[str, object] = {}
    exec(compile(file.read_text(), file, "exec"), drafted)  # noqa: S102  # our own draft
    assert (drafted["revision"], drafted["down_revision"]) == ("0002", "0001")
    assert "op." not in file.read_text().replace("import op", "")
