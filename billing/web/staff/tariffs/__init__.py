"""Rules as dated data: fee items and tariffs, units' own amounts, the late-fee policy, the ladder of notices."""

from billing.web.staff.tariffs import amounts, ladder, policy, price, split
from billing.web.staff.tariffs.blueprint import bp

__all__ = ["amounts", "bp", "ladder", "policy", "price", "split"]
