"""Forms: fields that read what people type by the core's own parsers, and errors that stand at their field.

What a parser or a rule refuses becomes the field's error and the page comes back with all that was typed.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import DateInput, TextInput

from billing.core import calendar, money, numbers
from billing.core.problem import Refused
from billing.flow.tries import TooMany


class Form(FlaskForm):
    """A form of ours. `status` is the answer's: 422 with errors, 429 after too many tries."""

    _too_many = False
    form_errors: list[str]

    @property
    def status(self) -> int:
        if self._too_many:
            return 429
        return 422 if self.errors else 200

    @contextmanager
    def refusals(self, field: str | None = None, only: type[Refused] = Refused) -> Iterator[None]:
        """What is refused inside becomes an error of `field`, or of the whole form; look at `errors` after."""
        try:
            yield
        except only as refused:
            self._too_many = isinstance(refused, TooMany)
            self.add_error(refused.sentence(gettext), None if self._too_many else field)

    def add_error(self, sentence: str, field: str | None = None) -> None:
        if field is None:
            self.form_errors = [*self.form_errors, sentence]
        else:
            self[field].errors = [*self[field].errors, sentence]


class Required(InputRequired):
    """The field must be filled."""

    def __init__(self) -> None:
        super().__init__(lazy_gettext("Fill this in."))


class Once(HiddenField):
    """A key made with the form: sent twice, it is the same act (see `Money.key`)."""

    def __init__(self, label: str | None = None, **options: Any) -> None:
        super().__init__(label, default=lambda: secrets.token_urlsafe(16), **options)


class Parsed(Field):
    """A text field whose `data` is what `parse` makes of the text, None where it is empty or refused."""

    data: Any
    widget = TextInput()

    def __init__(
        self,
        label: Any = None,
        *,
        parse: Callable[[str], Any],
        show: Callable[[Any], str] = str,
        required: bool = True,
        **options: Any,
    ) -> None:
        options.setdefault("validators", [Required() if required else Optional()])
        super().__init__(label, **options)
        self._parse, self._show = parse, show

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self._show(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = self._parse(text)
            except Refused as refused:
                raise ValueError(refused.sentence(gettext)) from refused


class YuanField(Parsed):
    """Fen."""

    widget = TextInput(input_type="text")

    def __init__(self, label: Any = None, *, positive: bool = True, **options: Any) -> None:
        options["render_kw"] = {"inputmode": "decimal", "autocomplete": "off"} | options.get("render_kw", {})
        parse = money.parse_positive_yuan if positive else money.parse_yuan
        super().__init__(label, parse=parse, show=money.yuan, **options)


class DayField(Parsed):
    """A date."""

    widget = DateInput()

    def __init__(self, label: Any = None, **options: Any) -> None:
        options["render_kw"] = {"min": "2000-01-01", "max": "2100-12-31"} | options.get("render_kw", {})
        super().__init__(label, parse=calendar.parse_date, show=lambda day: day.isoformat(), **options)


class PeriodField(Parsed):
    """A fee period, such as 2026Q4."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, parse=calendar.parse_period, show=lambda period: period.name, **options)


class PriceField(Parsed):
    """1/10000 yuan."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, parse=numbers.parse_price, show=numbers.price, **options)


class RateField(Parsed):
    """ppm a day, written per mille."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, parse=numbers.parse_per_mille, show=numbers.per_mille, **options)


def choices(labels: Mapping[str, str]) -> list[SelectChoice]:
    """For a select: code -> msgid, each in the language of the page it is shown on."""
    return [SelectChoice(code, lazy_gettext(label)) for code, label in labels.items()]
