"""drafts: what somebody typed and has not sent"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import portal_app.core.tables

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'draft',
        sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False),
        sa.Column('made_at', portal_app.core.tables.UtcDateTime(), nullable=False),
        sa.Column('company_id', sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False),
        sa.Column('person_id', sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False),
        sa.Column('key', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column('facts', sa.Text(), nullable=False),
        sa.Column('changed_at', portal_app.core.tables.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_draft_company_id_company')),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_draft_person_id_person')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_draft')),
        sa.UniqueConstraint('person_id', 'key', name=op.f('uq_draft_person_id_key')),
    )
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_changed_at'), ['changed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_draft_company_id'), ['company_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_draft_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_table('draft')
