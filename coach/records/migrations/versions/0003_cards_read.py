"""Which cards a trainee has marked as read.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "cards_read",
        sa.Column("trainee", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("trainee", "card_id", name=op.f("pk_cards_read")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("cards_read")
