"""The command line: the same use cases as the pages, for people, scripts and tests."""

from flask import Flask

from billing.cli import (
    accounts,
    backup,
    contacts,
    dunning,
    good_faith,
    imports,
    late_fee,
    ledger,
    mail,
    office,
    ownership,
    pack,
    periods,
    policy,
    profile,
    schedule,
    scheduler,
    slips,
    waivers,
)

COMMANDS = (
    *accounts.COMMANDS,
    *contacts.COMMANDS,
    *imports.COMMANDS,
    *profile.COMMANDS,
    *policy.COMMANDS,
    *ledger.COMMANDS,
    *ownership.COMMANDS,
    *periods.COMMANDS,
    *dunning.COMMANDS,
    *slips.COMMANDS,
    *good_faith.COMMANDS,
    *waivers.COMMANDS,
    *mail.COMMANDS,
    *office.COMMANDS,
    *backup.COMMANDS,
    *schedule.COMMANDS,
    *pack.COMMANDS,
    late_fee.late_fee,
    scheduler.scheduler,
)


def init_app(app: Flask) -> None:
    """Register every command."""
    for command in COMMANDS:
        app.cli.add_command(command)
