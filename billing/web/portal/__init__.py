"""The owner's pages, made for a phone. All is looked up from the owner's parties, nothing by id alone."""

from billing.web.portal import contact, entrance, my, papers, waivers

BLUEPRINTS = (contact.bp, entrance.bp, my.bp, papers.bp, waivers.bp)
