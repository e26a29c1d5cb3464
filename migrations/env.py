"""Alembic's entry: the app's own engine, one transaction per upgrade, or the caller's own connection (a restore)."""

from contextlib import nullcontext

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
    given = context.config.attributes.get("connection")
    opened = nullcontext(given) if given else migrate.db.engine.connect().execution_options(writing=True)
    with opened as connection:
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadatas[None],
            transactional_ddl=True,  # SQLite's too: see `prepare` in billing.store.base
            **migrate.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
