"""Waivers: what is asked for, who decides, what becomes of it, and the policies it rests on."""

from billing.web.staff.waivers import asking, deciding, policies
from billing.web.staff.waivers.book import bp

__all__ = ["BLUEPRINTS", "asking", "deciding"]

BLUEPRINTS = (bp, policies.bp)
