"""What every command shares: options read as people write them, one JSON object, exit status 0, 1 or 2."""

import json
import os
import re
from collections.abc import Callable, Mapping
from functools import wraps
from itertools import islice
from typing import Any

import click
from flask import current_app, has_app_context
from flask.cli import with_appcontext
from flask_babel import force_locale, gettext
from sqlalchemy.exc import OperationalError, ProgrammingError

from billing.core.calendar import parse_date, parse_period
from billing.core.money import parse_positive_yuan
from billing.core.problem import Refused, Unusable
from billing.extensions import db
from billing.flow.estate import find_community, find_unit
from billing.store.estate import Community, Unit
from billing.store.vault import Vault

#: Who acts when somebody with the machine's own account runs a command.
ACTOR = "console"


#: How an amount below zero begins.
_NEGATIVE = re.compile(r"-[¥￥]?[.．]?\d")


class Parsed(click.ParamType):
    """An option read by one of the core's parsers; what it refuses ends with status 2."""

    def __init__(self, name: str, parse: Callable[[str], Any]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value)
        except Refused as refused:
            self.fail(_sentence(refused), param, ctx)


def _sentence(refused: Refused) -> str:
    """In the terminal's language, where the app that holds the catalogue is at hand already."""
    if not has_app_context():
        return str(refused)
    with force_locale(language()):
        return refused.sentence(gettext)


DAY = Parsed("date", parse_date)
PERIOD = Parsed("period", parse_period)
POSITIVE_YUAN = Parsed("amount", parse_positive_yuan)

in_community = click.option("--community", metavar="NAME", help="May be left out where only one exists.")


class Command(click.Command):
    """A command that tells even a wrong option as one JSON object, where that was asked for.

    A word such as -5 is an amount, to be refused as one, and never an option nobody knows.
    """

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> click.Context:
        wants_json = "--json" in args
        try:
            return super().make_context(info_name, args, *rest, **extra)
        except click.UsageError as error:
            if wants_json:
                click.echo(json.dumps({"error": error.format_message()}, ensure_ascii=False))
            raise

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if any(map(_NEGATIVE.match, args)):
            args = self._arguments_last(ctx, args)
        return super().parse_args(ctx, args)

    def _arguments_last(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The same words with those that no option takes behind “--”, where a sign begins no option."""
        takers = {
            name: param.nargs
            for param in self.get_params(ctx)
            if isinstance(param, click.Option) and not param.is_flag
            for name in param.opts
        }
        words, named, arguments = iter(args), list[str](), list[str]()
        for word in words:
            if word == "--":
                arguments += words
            elif not word.startswith("-") or _NEGATIVE.match(word):
                arguments.append(word)
            else:
                values = list(islice(words, takers.get(word, 0)))
                named += [word, *values]
                if len(values) < takers.get(word, 0):
                    return named  # for click to say what is missing
        return [*named, "--", *arguments]


class Group(click.Group):
    """Several commands under one noun."""

    command_class = Command


def answers(function: Callable[..., Mapping[str, Any]]) -> Callable[..., None]:
    """Make a function that returns an object a command: it prints the object, or one sentence that says why not."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
    @with_appcontext
    @wraps(function)
    def command(as_json: bool, **options: Any) -> None:
        with force_locale(language()):
            try:
                answer = function(**options)
            except Refused as refused:
                db.session.rollback()
                sentence = refused.sentence(gettext)
                click.echo(sentence, err=True)
                if as_json:
                    click.echo(json.dumps({"error": sentence}, ensure_ascii=False))
                raise SystemExit(2 if isinstance(refused, Unusable) else 1) from None
            except (OperationalError, ProgrammingError) as error:
                sentence = gettext(
                    "The database does not answer, or has no tables yet: run “flask db upgrade” first."
                )
                click.echo(f"{sentence} ({str(error.orig).splitlines()[0]})", err=True)
                if as_json:
                    click.echo(json.dumps({"error": sentence}, ensure_ascii=False))
                raise SystemExit(2) from None
        click.echo(json.dumps(answer, ensure_ascii=False) if as_json else readable(answer))

    return command


def language() -> str:
    """Chinese where the terminal's own language is, English elsewhere."""
    given = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh_Hans_CN" if given.startswith("zh") else "en"


def readable(answer: Any, indent: str = "") -> str:
    """The object for people: a line a key, rows of a list side by side."""
    lines = []
    for key, value in answer.items():
        match value:
            case dict():
                lines += [f"{indent}{key}:", readable(value, indent + "  ")]
            case [dict(), *_]:
                lines.append(f"{indent}{key}:")
                lines += [indent + "  " + "  ".join(str(cell) for cell in row.values()) for row in value]
            case _:
                lines.append(f"{indent}{key}: {value}")
    return "\n".join(lines)


def the_community(name: str | None) -> Community:
    return find_community(db.session(), name)


def the_unit(label: str, community: str | None) -> Unit:
    return find_unit(db.session(), the_community(community).id, label)


def the_vault() -> Vault:
    return Vault(current_app.config["VAULT_DIR"])
