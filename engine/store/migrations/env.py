"""Run by Alembic for each command, on the connection that the caller brings."""

from alembic import context

from engine.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite's tables cannot be altered in place; Alembic copies them instead.
    render_as_batch=True,
)
context.run_migrations()
