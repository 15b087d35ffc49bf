"""Meetings have a level, the person who was met, and may branch off another; lines of the customer's may be in error.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; older meetings were at the middle level, with the only person there was."""
    op.add_column("meetings", sa.Column("level", sa.Text(), nullable=False, server_default="medium"))
    op.add_column("meetings", sa.Column("person", sa.Text(), nullable=False, server_default=""))
    op.add_column("meetings", sa.Column("branch_of", sa.Text(), nullable=False, server_default=""))
    op.add_column("meetings", sa.Column("branch_at", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("exchanges", sa.Column("lapses", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("exchanges", sa.Column("erred", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Drop them; in place, as a batch would drop the whole table, and with it, by its cascade, all that belongs to a meeting."""
    for name in ("erred", "lapses"):
        op.drop_column("exchanges", name)
    for name in ("branch_at", "branch_of", "person", "level"):
        op.drop_column("meetings", name)
