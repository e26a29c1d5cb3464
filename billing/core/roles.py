"""Who may do what: one table, a row a permission, a column a role.

A route names the permission it needs; a person has one role; owners have the owner's page and nothing else.
"""

from billing.translations import N_

#: A dot is a no. Money is taken by the cashier, not by whoever prepares the bills or presses for payment;
#: a receipt is taken back, and money of long ago entered, by the manager, not by the one who sits at the till. Nor
#: does he say where the owner is told of his payments.
_TABLE = """
permission         clerk  cashier  collector  manager  legal  admin  owner
staff.self         yes    yes      yes        yes      yes    yes    .
profile.edit       .      .        .          yes      .      yes    .
roster.view        yes    yes      yes        yes      yes    yes    .
contact.reveal     yes    .        yes        yes      yes    yes    .
contact.edit       yes    .        yes        yes      .      yes    .
roster.import      yes    .        .          yes      .      yes    .
ownership.edit     yes    .        .          yes      .      yes    .
tariff.edit        .      .        .          yes      .      yes    .
period.issue       yes    .        .          yes      .      yes    .
payment.take       .      yes      .          yes      .      yes    .
payment.backdate   .      .        .          yes      .      yes    .
payment.reverse    .      .        .          yes      .      yes    .
statement.view     yes    yes      yes        yes      yes    yes    .
dunning.run        .      .        yes        yes      .      yes    .
notice.view        yes    yes      yes        yes      yes    yes    .
receipt.file       yes    .        yes        yes      .      yes    .
hold.edit          .      .        yes        yes      yes    yes    .
collection.view    .      .        .          yes      yes    yes    .
case.view          yes    .        yes        yes      yes    yes    .
case.work          .      .        yes        yes      yes    yes    .
case.assign        .      .        .          yes      .      yes    .
case.rules         .      .        .          yes      .      yes    .
waiver.report      .      .        .          yes      yes    yes    .
waiver.view        yes    yes      yes        yes      yes    yes    .
waiver.request     yes    .        yes        yes      yes    yes    .
waiver.decide      .      .        .          yes      yes    yes    .
waiver.end         .      .        .          yes      .      yes    .
waiver.policy      .      .        .          yes      .      yes    .
pack.make          .      .        .          yes      yes    yes    .
activation.issue   yes    .        .          yes      .      yes    .
job.view           yes    .        yes        yes      .      yes    .
schedule.edit      .      .        .          yes      .      yes    .
user.manage        .      .        .          .        .      yes    .
owner.self         .      .        .          .        .      .      yes
"""

#: What each permission lets a person do, in words.
PERMISSIONS = {
    "staff.self": N_("Sign in to the office and change one's own password"),
    "profile.edit": N_("Edit the profile of the office and the communities"),
    "roster.view": N_("See units and owners"),
    "contact.reveal": N_("See phones and ID numbers in full"),
    "contact.edit": N_("Correct the phone and e-mail of owners"),
    "roster.import": N_("Import the roster and old arrears"),
    "ownership.edit": N_("Enter who holds a unit: transfers, tenants, debts that a buyer joins"),
    "tariff.edit": N_("Set tariffs and the late-fee policy"),
    "period.issue": N_("Issue a fee period"),
    "payment.take": N_("Take payments and print receipts"),
    "payment.backdate": N_("Enter money that came more than a month ago"),
    "payment.reverse": N_("Reverse a payment or a charge"),
    "statement.view": N_("See what a unit owes"),
    "dunning.run": N_("Run dunning and print notices"),
    "notice.view": N_("See notices and their proof of delivery"),
    "receipt.file": N_("File signed return slips"),
    "hold.edit": N_("Mark charges as disputed or held"),
    "collection.view": N_("See collection rates, by period, building and household"),
    "case.view": N_("See cases: what is owed, why, what was done and what comes next"),
    "case.work": N_("Work on cases: enter calls, visits, promises and what comes next"),
    "case.assign": N_("Give cases to collectors, and see how they are worked on"),
    "case.rules": N_("Set the rules of collection and the playbook"),
    "waiver.report": N_("See how waivers were decided, and by whom"),
    "waiver.view": N_("See waivers and what they rest on"),
    "waiver.request": N_("Ask for waivers, and see the papers that speak for them"),
    "waiver.decide": N_("Decide on waivers, up to what their policy allows the role"),
    "waiver.end": N_("End an approved waiver"),
    "waiver.policy": N_("Set the waiver policies"),
    "pack.make": N_("Make a debtor's pack for the manager or a lawyer"),
    "activation.issue": N_("Print activation codes for owners"),
    "job.view": N_("See, stop and resume background jobs; see e-mail and send it again"),
    "schedule.edit": N_("Set when recurring tasks run, and run them now"),
    "user.manage": N_("Manage staff and their roles"),
    "owner.self": N_("See one's own account as an owner"),
}

#: The roles an admin gives to staff, as people call them.
STAFF = {
    "clerk": N_("Clerk"),
    "cashier": N_("Cashier"),
    "collector": N_("Collector"),
    "manager": N_("Manager"),
    "legal": N_("Legal officer"),
    "admin": N_("Administrator"),
}
OWNER = "owner"


def _read(table: str) -> dict[str, frozenset[str]]:
    """Role -> permissions."""
    (_, *roles), *rows = (line.split() for line in table.split("\n") if line)
    return {
        role: frozenset(row[0] for row in rows if row[column] == "yes")
        for column, role in enumerate(roles, 1)
    }


GRANTED = _read(_TABLE)

assert GRANTED.keys() == {*STAFF, OWNER}
assert frozenset().union(*GRANTED.values()) == PERMISSIONS.keys()


def may(role: str | None, permission: str) -> bool:
    """Does that role hold that permission? Nobody's role (None) holds none."""
    return permission in GRANTED.get(role or "", frozenset())
