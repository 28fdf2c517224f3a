"""What Alembic runs for every command."""

from alembic import context

from portal_app.all_tables import METADATA
from portal_app.core.db import engine_for
from portal_app.migrations.options import OPTIONS

with engine_for(context.config.attributes["url"]).connect() as connection:
    context.configure(connection=connection, target_metadata=METADATA, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
