"""trail: fingerprints of what an act was about, before it and after"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

_NEW = ('object_before', 'object_after')


def upgrade() -> None:
    # Not by a batch, which makes the table anew on SQLite: its guards would be gone.
    for name in _NEW:
        kind = sqlmodel.sql.sqltypes.AutoString(length=64)
        op.add_column('audit_entry', sa.Column(name, kind, nullable=False, server_default=''))


def downgrade() -> None:
    for name in reversed(_NEW):
        op.drop_column('audit_entry', name)
