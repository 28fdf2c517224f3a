"""sign-on: what came of trying it, and who must still show that they are the one it names"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import portal_app.core.tables

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

_TEXTS = (('sign_on', 'tried_says', 300), ('sign_on_try', 'tried_by', 26),
          ('sign_on_try', 'subject', 255), ('sign_on_try', 'email', 254))


def upgrade() -> None:
    for table, column, length in _TEXTS:
        kind = sqlmodel.sql.sqltypes.AutoString(length=length)
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(column, kind, nullable=False, server_default=''))
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, server_default=None)
    with op.batch_alter_table('sign_on', schema=None) as batch_op:
        batch_op.add_column(sa.Column('tried_at', portal_app.core.tables.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('tried_well', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('sign_on', schema=None) as batch_op:
        batch_op.alter_column('tried_well', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('sign_on', schema=None) as batch_op:
        batch_op.drop_column('tried_well')
        batch_op.drop_column('tried_at')
    for table, column, _ in reversed(_TEXTS):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
