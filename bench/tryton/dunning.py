"""Runs inside Tryton's own environment: receivable lines to processed dunnings, those to letters; JSON.

Arguments: how many parties, and how many overdue lines each has.
"""

import datetime
import json
import sys
import time
from decimal import Decimal

from proteus import Model, Wizard
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
from trytond.modules.company.tests.tools import create_company
from trytond.pool import Pool
from trytond.tests.tools import activate_modules
from trytond.transaction import Transaction

DAYS = datetime.timedelta(days=30)


def main(parties: int, lines: int) -> None:
    config = activate_modules("account_dunning_letter", create_company, create_chart)
    year = create_fiscalyear()
    year.click("create_period")
    period = year.periods[0]
    _book(period, parties, lines)

    started = time.process_time()
    create = Wizard("account.dunning.create")
    create.form.date = period.start_date + DAYS
    create.execute("create_")
    drafts = Model.get("account.dunning").find([])
    Wizard("account.dunning.process", drafts).execute("process")
    drafted = time.process_time() - started
    dunnings = [one.id for one in drafts]

    started = time.process_time()
    with Transaction().start(config.database_name, config.user, context=config.context, readonly=True):
        report = Pool().get("account.dunning.letter", type="report")
        _, content, *_ = report.execute(dunnings, {"id": None})
    written = time.process_time() - started
    figures = {"lines": len(dunnings), "drafted": drafted, "letters": parties, "written": written}
    print(json.dumps(figures | {"bytes": len(content)}))  # noqa: T201


def _book(period: Model, parties: int, lines: int) -> None:
    """Moves of a receivable line each, due at the period's start."""
    accounts = get_accounts()
    procedure = Model.get("account.dunning.procedure")(name="Procedure")
    level = procedure.levels.new()
    level.sequence, level.overdue = 1, datetime.timedelta(5)
    procedure.save()
    (journal,) = Model.get("account.journal").find([("code", "=", "REV")])
    party, entry = Model.get("party.party"), Model.get("account.move")
    customers = [party(name=f"业主{number}", dunning_procedure=procedure) for number in range(parties)]
    for customer in customers:
        customer.save()
    for customer in customers:
        move = entry(period=period, journal=journal, date=period.start_date)
        for _ in range(lines):
            line = move.lines.new()
            line.account, line.credit = accounts["revenue"], Decimal(100)
            line = move.lines.new()
            line.account, line.debit = accounts["receivable"], Decimal(100)
            line.party, line.maturity_date = customer, period.start_date
        move.save()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
