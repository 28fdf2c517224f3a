"""company sign-in: whether roles follow the groups at every sign-in"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # As it was for those that were set up before: a role is decided once.
    with op.batch_alter_table('sign_on', schema=None) as batch_op:
        batch_op.add_column(sa.Column('follows', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('sign_on', schema=None) as batch_op:
        batch_op.alter_column('follows', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('sign_on', schema=None) as batch_op:
        batch_op.drop_column('follows')
