"""sign-on by SAML: the checked answer that waits for the browser which asked for it"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('sign_on_try', schema=None) as batch_op:
        batch_op.add_column(sa.Column('answer', sa.Text(), nullable=False, server_default=''))
    with op.batch_alter_table('sign_on_try', schema=None) as batch_op:
        batch_op.alter_column('answer', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('sign_on_try', schema=None) as batch_op:
        batch_op.drop_column('answer')
