"""bills past their years: the database lets an issued bill lose name and address, and nothing else"""

from portal_app.migrations import ddl

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    ddl.unguard_bills()
    ddl.guard_bills()


def downgrade() -> None:
    # The guards come from the code, older or newer: there is nothing to take back.
    pass
