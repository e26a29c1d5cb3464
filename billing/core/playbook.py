"""The playbook (话术与做法): for each reason why a debt is unpaid what to ask, say, do next, and never do.

Drawn from what practitioners found to work: believe that the debtor wants to pay, find the true reason, keep a
complaint and the debt apart, serve as one would like to be served. What the law forbids or decency refuses is named
under `never`, where a collector would look for it: credit records and failure fees for a broken promise, the employer,
relatives led to pay for the dead, interest beside the late fee, "1‰ by regulation" (Civil Code 585, 944, 1161).
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing.core.case import REASONS
from billing.core.problem import Refused
from billing.translations import N_

#: The parts of a page, in their order.
PARTS = {"ask": N_("Ask"), "say": N_("Say"), "do": N_("Do next"), "never": N_("Never")}
_MOST = 4_000


@dataclass(frozen=True)
class Page:
    """What to do where a debt is unpaid for that reason, from `since` on; each part in lines."""

    reason: str
    since: date
    ask: tuple[str, ...]
    say: tuple[str, ...]
    do: tuple[str, ...]
    never: tuple[str, ...]


_ALWAYS = (
    N_(
        "No word of credit records, of cutting water or power, of posting names; no fee for a broken promise."
    ),
    N_(
        "No call to the employer, to children or to friends; nothing of the debt to anybody but debtor and co-owner."
    ),
)
_EVER = date(2000, 1, 1)


def _page(
    reason: str, ask: tuple[str, ...], say: tuple[str, ...], do: tuple[str, ...], never: tuple[str, ...] = ()
) -> Page:
    return Page(reason, _EVER, ask, say, do, (*never, *_ALWAYS))


#: Ours, until the office writes its own; messages of the catalogue.
USUAL = {
    page.reason: page
    for page in (
        _page(
            "unknown",
            (
                N_("Did the bill arrive? Which way of telling suits best?"),
                N_("Is there anything about the service or the amount that should be settled first?"),
            ),
            (
                N_(
                    "Good day, this is the property office. The bill for … is open; it may have been overlooked."
                ),
                N_("We believe that you mean to pay. I would like to understand what stands in the way."),
            ),
            (N_("Listen first; then note the reason, and agree on an amount and a day."),),
        ),
        _page(
            "forgot",
            (N_("Were you away? Would a text message, e-mail or another address reach you?"),),
            (
                N_(
                    "It is no reproach, only a reminder: it can be paid at the counter, by transfer or on your phone."
                ),
            ),
            (
                N_("Send the bill again by the way that suits the owner, and note it as his preference."),
                N_(
                    "If it is the first time: propose the waiver of the late fee for who is late without ill will."
                ),
            ),
        ),
        _page(
            "broke",
            (
                N_("What came in between? Let the debtor tell it; do not judge it an excuse."),
                N_("Which amount, on which day, is sure?"),
            ),
            (N_("You told us of … by …; only … came. What can we agree on that will hold?"),),
            (
                N_("Agree on a smaller sum sooner, or on an instalment plan in writing."),
                N_("After a second broken promise the next letter goes out; say so."),
            ),
            (N_("No heated words, no pressing for a promise that cannot be kept."),),
        ),
        _page(
            "grievance",
            (
                N_(
                    "What is it about: the service, the sale, the amount, how we asked? Since when? Any photos?"
                ),
            ),
            (
                N_("I write down what you complain of, and you will have an answer by …."),
                N_(
                    "The complaint and the fee are two things: we answer the one, and the other stays open meanwhile."
                ),
            ),
            (
                N_(
                    "Calm first. Record the grievance, with somebody who answers it; pressing waits for the answer."
                ),
                N_(
                    "Mended? Show it, and ask again. Who refuses still is told once, in the letter, what a suit means."
                ),
            ),
            (N_("Never make the answer depend on payment."),),
        ),
        _page(
            "disputes",
            (
                N_(
                    "Which line is wrong: area, price, period, a payment not booked, the days of the late fee?"
                ),
            ),
            (N_("I send you the statement line by line; whatever is wrong we correct."),),
            (
                N_("Look at it together with the statement; reverse what is wrong, and tell the debtor."),
                N_("What is not disputed can be paid now; the receipt says what it is for."),
            ),
        ),
        _page(
            "unable-short",
            (
                N_("What happened, and until when? Is income expected on a day?"),
                N_("What could be paid now without hardship?"),
            ),
            (N_("We can agree on parts and days. While you keep to them no letter comes."),),
            (N_("Offer an instalment plan; note the day of the next income as the promise's day."),),
            (N_("No advice to borrow elsewhere."),),
        ),
        _page(
            "unable-long",
            (
                N_(
                    "Is there illness, disability, loss of work, minimum living allowance? Which paper says so?"
                ),
                N_("Does the debtor himself wish that somebody of the family helps?"),
            ),
            (
                N_(
                    "There is help for households in real difficulty: you apply, with papers, and two people decide."
                ),
            ),
            (
                N_("Enter the application for hardship; strong letters wait while it is decided."),
                N_("Look at it again on the review day."),
            ),
            (N_("Never approach the family unless the debtor asks for it; nobody else owes it."),),
        ),
        _page(
            "died",
            (
                N_(
                    "Condolences first. Is there a certificate, an heir, an executor or an administrator of the estate?"
                ),
                N_("From which day does somebody else live there or own it?"),
            ),
            (
                N_(
                    "There is no hurry. Fees until the death are the estate's; we ask only who looks after it."
                ),
            ),
            (
                N_("Verify by the certificate; ask the neighbourhood committee, never neighbours."),
                N_(
                    "Hold the letters; enter heirs when the register shows them. The claim goes against the estate."
                ),
            ),
            (N_("Never lead a relative to pay, or to sign for, the debt of the dead (Civil Code 1161)."),),
        ),
        _page(
            "unreachable",
            (N_("Which numbers and addresses were tried, at which hours?"),),
            (N_("To whoever answers: please ask … to ring the property office. Nothing more."),),
            (
                N_(
                    "Try other hours, then a text message, then the address in the register, then post with a number."
                ),
                N_(
                    "Check the address against the sale contract, the handover form and the register of titles."
                ),
            ),
            (N_("No asking around among neighbours or colleagues."),),
        ),
        _page(
            "moved",
            (
                N_(
                    "Since when? Who owns or lives there now? Is there a contract of sale, or an address to write to?"
                ),
            ),
            (N_("What fell due until the transfer stays yours; what comes after is the buyer's."),),
            (
                N_("Enter the transfer with its paper; write to the seller at the new address."),
                N_("Ask the buyer nothing that he does not owe."),
            ),
        ),
    )
}
assert USUAL.keys() == REASONS.keys()


def in_force(entered: Sequence[Page], day: date) -> dict[str, Page]:
    """Reason -> its page that day: the office's newest, else ours."""
    found = dict(USUAL)
    for reason in REASONS:
        dated = sorted((one for one in entered if one.reason == reason), key=lambda one: one.since)
        place = bisect_right(dated, day, key=lambda one: one.since)
        if place:
            found[reason] = dated[place - 1]
    return found


def write(reason: str, since: date, parts: dict[str, str]) -> Page:
    """A page as somebody typed it, a line each. Raises Refused."""
    if reason not in REASONS:
        raise Refused(N_("There is no reason “%(code)s”."), code=reason[:40])
    if any(len(text) > _MOST for text in parts.values()):
        raise Refused(N_("A part of a page has at most %(most)s characters."), most=_MOST)
    lines = {name: _lines(parts.get(name, "")) for name in PARTS}
    if not lines["do"] or not lines["never"]:
        raise Refused(N_("A page says at least what to do next and what never to do."))
    return Page(reason, since, **lines)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
