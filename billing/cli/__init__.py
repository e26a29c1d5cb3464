"""The command line: the same use cases as the pages, for people, scripts and tests."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every command."""
