"""Cases: work lists, a case with its timeline, a day's rounds, the report of a call or visit, playbook and rules."""

from billing.web.staff.cases import acts, book, playbook, report, rounds, rules, visits  # noqa: F401  # they fill it
from billing.web.staff.cases.blueprint import bp

__all__ = ["bp"]
