"""For developers: draft the next migration, `python -m coach.records.draft "what changes"`; then read and mend it."""

import os
import sys
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from coach.records.engine import MIGRATIONS, migration_config, open_database

_VERSIONS = MIGRATIONS / "versions"


def draft_migration(message: str, folder: Path = _VERSIONS) -> Path:
    """Write the migration that the models ask for beyond those that are there.

    Args:
        message: what changes; the file is named after it.
        folder: where to write it.

    Returns:
        The new file.
    """
    engine = open_database("sqlite://")
    try:
        with engine.connect() as connection:
            config = migration_config(connection)
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            folders = os.pathsep.join(dict.fromkeys([str(_VERSIONS), str(folder)]))
            config.set_main_option("version_locations", folders.replace("%", "%%"))
            number = 1 + sum(1 for _ in ScriptDirectory.from_config(config).walk_revisions())
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04}", version_path=str(folder))
    finally:
        engine.dispose()
    return next(folder.glob(f"{number:04}_*.py"))


if __name__ == "__main__":
    print(draft_migration(" ".join(sys.argv[1:])))
