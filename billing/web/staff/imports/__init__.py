"""Spreadsheets into the books, by wizard: send a file, see how it was understood and what it would do, confirm."""

from billing.web.staff.imports import confirm, preview, upload
from billing.web.staff.imports.blueprint import bp

__all__ = ["bp", "confirm", "preview", "upload"]
