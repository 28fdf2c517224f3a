"""directories: the role that a token gives, who is active, whose a seat is"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import portal_app.core.tables

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

_NEW = {
    'directory_token': [sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False, server_default='')],
    'directory_group': [
        sa.Column('changed_at', portal_app.core.tables.UtcDateTime(), nullable=False, server_default='2026-01-01 00:00:00'),
    ],
    'directory_person': [
        sa.Column('active', sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column('made_here', sa.Boolean(), nullable=False, server_default=sa.false()),
    ],
    'directory_seat': [
        sa.Column('token_id', sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False, server_default=''),
    ],
}


def upgrade() -> None:
    for table, columns in _NEW.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.add_column(column)
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column.name, server_default=None)
    with op.batch_alter_table('directory_seat', schema=None) as batch_op:
        batch_op.create_foreign_key(
            batch_op.f('fk_directory_seat_token_id_directory_token'), 'directory_token', ['token_id'], ['id']
        )
        batch_op.create_index(batch_op.f('ix_directory_seat_token_id'), ['token_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('directory_seat', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_directory_seat_token_id'))
        batch_op.drop_constraint(batch_op.f('fk_directory_seat_token_id_directory_token'), type_='foreignkey')
    for table, columns in _NEW.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
