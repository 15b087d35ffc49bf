"""Run by Alembic for each command; works on the connection that `coach.records.engine` hands over."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from coach.records.models import Base, UtcDateTime


def _render(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """A migration stands for itself: it names the database's own type, not ours, which may change."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=_render,
    # SQLite can alter little in place; batch mode copies the table instead.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
