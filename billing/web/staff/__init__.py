"""The office's pages, a blueprint a noun."""

from billing.web.staff import account, activation, home, users

BLUEPRINTS = (account.bp, activation.bp, home.bp, users.bp)
