"""Text tables (csv, txt): which encoding, which delimiter, then records; mojibake is refused, not read."""

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable

from billing.core.problem import Unusable
from billing.translations import N_

DELIMITERS = (",", ";", "\t", "|")
WIDEST_ROW = 500

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A text cell as some programs force it: ="0101"; and the apostrophe put before a formula's sign on export.
_FORCED = re.compile(r'="(.*)"\Z', re.DOTALL)
_DEFUSED = re.compile("'[=+\\-@\t\r＝＋－＠]")

# Tab, line ends, and the end mark of old DOS programs.
_HARMLESS = "\t\n\r\x0b\x0c\x1a"

_NOT_TEXT = N_(
    "The file is neither a workbook (.xlsx, .xls) nor a text table (.csv): choose the spreadsheet itself."
)
_MOJIBAKE = N_(
    "Line %(line)s holds characters that cannot be read (the text is not UTF-8 nor GBK): "
    "open the file in Excel or WPS, save it as .xlsx and try again."
)
_QUOTES = N_(
    "From line %(line)s on a quotation mark is not closed, or a cell is too long: correct it and try again."
)
_LONG = N_("The file has more than %(rows)s rows: split it and import the parts.")
_WIDE = N_("Row %(row)s has more than %(columns)s columns: copy the table alone into a new file.")


def read_delimited(data: bytes, most_rows: int) -> list[tuple[int, list[str]]]:
    """(number, cells) of the records that hold anything, numbered as a spreadsheet would, from 1."""
    text = decode(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sniff_delimiter(text), strict=True)
    records: list[tuple[int, list[str]]] = []
    try:
        for number, record in enumerate(reader, 1):
            if not any(record):
                continue
            if len(record) > WIDEST_ROW:
                raise Unusable(_WIDE, row=number, columns=WIDEST_ROW)
            if len(records) == most_rows:
                raise Unusable(_LONG, rows=most_rows)
            records.append((number, [_unwrap(cell) for cell in record]))
    except csv.Error:
        raise Unusable(_QUOTES, line=reader.line_num) from None
    return records


def decode(data: bytes) -> str:
    """Byte-order mark, else strict UTF-8, else GB18030 (which holds GBK and GB2312).

    Nearly all UTF-8 also decodes as GB18030, into other characters; so UTF-8 is tried first, and what
    GB18030 yields is refused where it holds characters that nobody types.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(_decoded(data[len(mark) :], encoding), _is_control)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _checked(_decoded(data, "gb18030"), _is_mojibake)
    return _checked(text, _is_control)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in data:
            raise Unusable(_NOT_TEXT) from None
        raise Unusable(_MOJIBAKE, line=data.count(b"\n", 0, error.start) + 1) from None


def _checked(text: str, is_bad: Callable[[str], bool]) -> str:
    if "\0" in text:
        raise Unusable(_NOT_TEXT)
    bad = [character for character in set(text) if is_bad(character)]
    if bad:
        first = min(text.index(character) for character in bad)
        raise Unusable(_MOJIBAKE, line=text.count("\n", 0, first) + 1)
    return text


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and character not in _HARMLESS


def _is_mojibake(character: str) -> bool:
    """Control, unassigned or private-use; but the planes of rare ideographs are let through:
    Python's tables may be older than a character, and people bear such names."""
    if 0x20000 <= ord(character) <= 0x3FFFF:
        return False
    return unicodedata.category(character) in ("Cn", "Co", "Cs") or _is_control(character)


def sniff_delimiter(text: str) -> str:
    """The delimiter under which most of the first rows have the same number of columns, and more than one."""
    head = text[:20_000].splitlines(keepends=True)[:60]

    def agreement(delimiter: str) -> tuple[int, int]:
        try:
            records = [record for record in csv.reader(head, delimiter=delimiter) if any(record)]
        except csv.Error:
            return (0, 0)
        widths = Counter(len(record) for record in records if len(record) > 1)
        return max(((count, width) for width, count in widths.items()), default=(0, 0))

    return max(DELIMITERS, key=agreement)


def _unwrap(cell: str) -> str:
    if cell[:1] not in ("=", "'"):
        return cell
    forced = _FORCED.match(cell)
    if forced:
        return forced.group(1)
    return cell[1:] if _DEFUSED.match(cell) else cell
