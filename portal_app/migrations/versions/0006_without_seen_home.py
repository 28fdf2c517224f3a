"""energy: without what a person last chose on the usage page, which was never written"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import portal_app.core.tables

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table('seenhome')


def downgrade() -> None:
    op.create_table(
        'seenhome',
        sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False),
        sa.Column('made_at', portal_app.core.tables.UtcDateTime(), nullable=False),
        sa.Column('company_id', sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False),
        sa.Column('person_id', sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False),
        sa.Column('money', sa.Boolean(), nullable=False),
        sa.Column('span', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column('premise_id', sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False),
        sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_seenhome_company_id_company')),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_seenhome_person_id_person')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_seenhome')),
        sa.UniqueConstraint('person_id', name=op.f('uq_seenhome_person_id')),
    )
    with op.batch_alter_table('seenhome', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_seenhome_company_id'), ['company_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_seenhome_person_id'), ['person_id'], unique=False)
