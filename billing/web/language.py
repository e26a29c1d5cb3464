"""Which language a page is in: the visitor's choice, else the browser's wish, else Chinese."""

from flask import has_request_context, request

COOKIE = "permille_language"

#: Locale -> its own name for itself, and the language tag of the page.
LANGUAGES = {"zh_Hans_CN": ("中文", "zh-CN"), "en": ("English", "en")}
DEFAULT = "zh_Hans_CN"

_WISHES = {"zh": DEFAULT, "en": "en"}


def choose_locale() -> str:
    if not has_request_context():
        return DEFAULT
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    wishes = (_WISHES.get(wish.partition("-")[0].lower()) for wish in request.accept_languages.values())
    return next(filter(None, wishes), DEFAULT)


def others() -> list[tuple[str, str]]:
    """The languages to switch to: locale and name."""
    return [(locale, name) for locale, (name, _) in LANGUAGES.items() if locale != choose_locale()]


def tag() -> str:
    """For the page's lang attribute."""
    return LANGUAGES[choose_locale()][1]
