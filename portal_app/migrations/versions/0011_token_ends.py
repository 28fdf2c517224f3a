"""directories: tokens that end"""

import sqlalchemy as sa
from alembic import op

import portal_app.core.tables

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A token that is there already has no end until it is made anew.
    with op.batch_alter_table('directory_token', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ends_at', portal_app.core.tables.UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('directory_token', schema=None) as batch_op:
        batch_op.drop_column('ends_at')
