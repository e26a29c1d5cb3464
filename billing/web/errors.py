"""When a page cannot be given: one clear sentence, in the visitor's language, and a way on."""

from flask import Flask, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from billing.core.problem import Missing, Refused
from billing.extensions import db
from billing.flow.tries import TooMany
from billing.translations import N_

Answer = tuple[str, int]

#: Status -> title and what to do.
_WORDS = {
    400: (N_("This request cannot be read"), N_("Go back, load the page again and send it once more.")),
    403: (N_("Not for your role"), N_("Your role does not include this. An administrator can change roles.")),
    404: (N_("There is nothing here"), N_("The address is wrong, or what it named is gone.")),
    405: (N_("Not like this"), N_("This address only answers the page's own buttons.")),
    413: (N_("This file is too large"), N_("At most 25 MB can be sent at once.")),
    415: (N_("This kind of file is not taken"), N_("Send it in another format.")),
    422: (N_("This was not done"), ""),
    429: (N_("Too many tries"), N_("Wait a while, then try again.")),
    500: (
        N_("Something went wrong here"),
        N_("Nothing was changed. The reason is in the server's log; tell whoever runs it the time."),
    ),
}
_CSRF = N_(
    "This page stood open too long, or cookies are off. Go back, load the page again and send it once more."
)


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, on_forgery)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(Refused, on_refused)


def on_forgery(error: CSRFError) -> Answer:
    return page(400, gettext(_CSRF))


def on_http(error: HTTPException) -> Answer | HTTPException:
    if error.response is not None or (error.code or 500) < 400:
        return error  # a redirection, or an answer made elsewhere
    return page(error.code or 500)


def on_refused(refused: Refused) -> Answer:
    """A rule said no and the view has no field to say it at."""
    db.session.rollback()
    status = 404 if isinstance(refused, Missing) else 429 if isinstance(refused, TooMany) else 422
    return page(status, refused.sentence(gettext))


def page(status: int, sentence: str | None = None) -> Answer:
    """The page for that status. It reads no database: that may be what failed."""
    title, advice = _WORDS.get(status) or _WORDS[500 if status >= 500 else 400]
    if sentence is None:
        sentence = gettext(advice) if advice else ""
    if request.headers.get("HX-Request") == "true":
        return render_template("fragment_error.html", sentence=sentence), status
    return render_template("error.html", status=status, title=gettext(title), sentence=sentence), status
