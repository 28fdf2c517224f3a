"""budget reviews"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import portal_app.core.tables
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def _bound(before: str, after: str, condition: str) -> None:
    """Give the plan's amount another lower bound."""
    with op.batch_alter_table('budget_plan', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(f'ck_budget_plan_{before}'), type_='check')
        batch_op.create_check_constraint(batch_op.f(f'ck_budget_plan_{after}'), condition)


def upgrade() -> None:
    _bound('monthly_positive', 'monthly_not_negative', 'monthly_cents >= 0')
    op.create_table('budget_review',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False),
    sa.Column('made_at', portal_app.core.tables.UtcDateTime(), nullable=False),
    sa.Column('company_id', sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False),
    sa.Column('account_id', sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False),
    sa.Column('plan_id', sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False),
    sa.Column('bill_id', sqlmodel.sql.sqltypes.AutoString(length=26), nullable=False),
    sa.Column('quarter', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('old_cents', sa.BigInteger(), nullable=False),
    sa.Column('new_cents', sa.BigInteger(), nullable=False),
    sa.Column('balance_cents', sa.BigInteger(), nullable=False),
    sa.Column('average_cents', sa.BigInteger(), nullable=False),
    sa.Column('bills_left', sa.Integer(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('looked_on', sa.Date(), nullable=False),
    sa.CheckConstraint("state IN ('counts', 'withdrawn')", name=op.f('ck_budget_review_state_known')),
    sa.CheckConstraint('bills_left BETWEEN 1 AND 11', name=op.f('ck_budget_review_bills_left_of_year')),
    sa.CheckConstraint('old_cents >= 0 AND new_cents >= 0', name=op.f('ck_budget_review_amounts_not_negative')),
    sa.CheckConstraint('quarter BETWEEN 1 AND 3', name=op.f('ck_budget_review_quarter_of_year')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_budget_review_account_id_account')),
    sa.ForeignKeyConstraint(['bill_id'], ['bill.id'], name=op.f('fk_budget_review_bill_id_bill')),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_budget_review_company_id_company')),
    sa.ForeignKeyConstraint(['plan_id'], ['budget_plan.id'], name=op.f('fk_budget_review_plan_id_budget_plan')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget_review'))
    )
    with op.batch_alter_table('budget_review', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_budget_review_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_budget_review_bill_id'), ['bill_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_budget_review_company_id'), ['company_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_budget_review_plan_id'), ['plan_id'], unique=False)
        batch_op.create_index('uq_budget_review_quarter', ['plan_id', 'quarter'], unique=True, sqlite_where=sa.text("state = 'counts'"), postgresql_where=sa.text("state = 'counts'"))


def downgrade() -> None:
    with op.batch_alter_table('budget_review', schema=None) as batch_op:
        batch_op.drop_index('uq_budget_review_quarter', sqlite_where=sa.text("state = 'counts'"), postgresql_where=sa.text("state = 'counts'"))
        batch_op.drop_index(batch_op.f('ix_budget_review_plan_id'))
        batch_op.drop_index(batch_op.f('ix_budget_review_company_id'))
        batch_op.drop_index(batch_op.f('ix_budget_review_bill_id'))
        batch_op.drop_index(batch_op.f('ix_budget_review_account_id'))

    op.drop_table('budget_review')
    _bound('monthly_not_negative', 'monthly_positive', 'monthly_cents > 0')
