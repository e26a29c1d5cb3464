"""The command line: the same use cases as the pages, for people, scripts and tests."""

from flask import Flask

from billing.cli import (
    accounts,
    dunning,
    imports,
    late_fee,
    ledger,
    mail,
    office,
    pack,
    periods,
    policy,
    profile,
    scheduler,
    slips,
)

COMMANDS = (
    *accounts.COMMANDS,
    *imports.COMMANDS,
    *profile.COMMANDS,
    *policy.COMMANDS,
    *ledger.COMMANDS,
    *periods.COMMANDS,
    *dunning.COMMANDS,
    *slips.COMMANDS,
    *mail.COMMANDS,
    *office.COMMANDS,
    *pack.COMMANDS,
    late_fee.late_fee,
    scheduler.scheduler,
)


def init_app(app: Flask) -> None:
    """Register every command."""
    for command in COMMANDS:
        app.cli.add_command(command)
