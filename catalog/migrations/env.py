"""Alembic's entry: migrates the connection it is handed, within the transaction that its owner began."""

from alembic import context

from catalog.models import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
