"""The command line: the same use cases as the pages, for people, scripts and tests."""

from flask import Flask

from billing.cli import dunning, imports, late_fee, ledger, scheduler


def init_app(app: Flask) -> None:
    """Register every command."""
    for command in (*imports.COMMANDS, *ledger.COMMANDS, *dunning.COMMANDS, late_fee.late_fee, scheduler.scheduler):
        app.cli.add_command(command)
