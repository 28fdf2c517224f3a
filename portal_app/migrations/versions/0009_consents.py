"""consents: an answer with its words, where it came from, for whom; homes that are not compared"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def _text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=length), nullable=False, server_default='')


_NEW = {
    'consent': [
        _text('title', 160),
        sa.Column('yes', sa.Boolean(), nullable=False, server_default=sa.true()),
        _text('account_id', 26),
        _text('about', 60),
        _text('language', 20),
        _text('page', 80),
        _text('device', 80),
        _text('session', 16),
        _text('on_behalf', 120),
    ],
    'energychoice': [sa.Column('neighbours', sa.Boolean(), nullable=False, server_default=sa.true())],
}


def upgrade() -> None:
    for table, columns in _NEW.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.add_column(column)
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column.name, server_default=None)
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_account_id'), ['account_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consent_account_id'))
    for table, columns in _NEW.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
