"""Rows and queries: SQLAlchemy on SQLite or PostgreSQL, no Flask, no rules."""
