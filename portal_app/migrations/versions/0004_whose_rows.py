"""whose rows: the person behind steps, readings sent, consents and news"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

_PERSON_OF_NAME = (
    "UPDATE {table} SET person_id = COALESCE((SELECT person.id FROM person JOIN member"
    " ON member.person_id = person.id WHERE member.account_id = {table}.account_id"
    " AND person.name = {table}.{name} ORDER BY person.id LIMIT 1), '')"
)


def upgrade() -> None:
    for table, column in (
        ('requeststep', 'asked_by'), ('selfread', 'person_id'), ('dataconsent', 'person_id'), ('news', 'person_id'),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(
                sa.Column(column, sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False, server_default='')
            )
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, server_default=None)
    op.execute(
        "UPDATE requeststep SET asked_by = COALESCE((SELECT servicerequest.asked_by FROM servicerequest"
        " WHERE servicerequest.id = requeststep.request_id), '')"
    )
    # These were signed with a name only; whom it fits among the account's people, theirs it is.
    op.execute(_PERSON_OF_NAME.format(table='selfread', name='by'))
    op.execute(_PERSON_OF_NAME.format(table='dataconsent', name='given_by'))


def downgrade() -> None:
    for table, column in (
        ('news', 'person_id'), ('dataconsent', 'person_id'), ('selfread', 'person_id'), ('requeststep', 'asked_by'),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
