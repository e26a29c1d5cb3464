"""The pages."""

from flask import Flask


def choose_locale() -> str | None:
    return None


def init_app(app: Flask) -> None:
    """Register every page."""
