"""Alembic's entry: the app's own engine, one transaction per upgrade."""

from alembic import context
from flask import current_app

migrate = current_app.extensions["migrate"]

if context.is_offline_mode():
    context.configure(
        url=migrate.db.engine.url, target_metadata=migrate.db.metadatas[None], literal_binds=True
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    with migrate.db.engine.connect().execution_options(writing=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadatas[None],
            transactional_ddl=True,  # SQLite's too: see `prepare` in billing.store.base
            **migrate.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
