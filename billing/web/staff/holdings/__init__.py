"""Who holds a unit: transfers, tenants, debts that a buyer joins, and the papers that prove them."""

from billing.web.staff.holdings import joining, papers, tenancy, transfer
from billing.web.staff.holdings.blueprint import bp

__all__ = ["bp", "joining", "papers", "tenancy", "transfer"]
