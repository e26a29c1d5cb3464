"""A demonstration community: some 600 units over two years, every kind of debtor, from a fixed seed.

Every person, company, phone number and card is invented. The roster goes through the same door as an
office's own spreadsheet, and every charge and payment through the same use cases as at the counter.
"""

from billing.demo.community import build
from billing.demo.estate import COMMUNITY, CONTRACT_FACTS, OFFICE_FACTS, roster_book
from billing.demo.sign_ins import open_doors, sign_ins

__all__ = ["COMMUNITY", "CONTRACT_FACTS", "OFFICE_FACTS", "build", "open_doors", "roster_book", "sign_ins"]
