"""Chinese is the default language: whatever a page or a refusal says, the catalogue says in Chinese."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.house.tree import ROOT

CATALOGUE = ROOT / "billing/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
PLACE = re.compile(r"%(?:\((\w+)\))?[#0\- +]*[\d.]*[a-z%]", re.IGNORECASE)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Every message that stands in the code and the pages now."""
    template = tmp_path_factory.mktemp("messages") / "messages.pot"
    subprocess.run([ROOT / "tools/extract-messages", template], check=True)
    return _read(template)


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    return _read(CATALOGUE)


def test_every_message_is_translated(said: Catalog, chinese: Catalog) -> None:
    """`make messages` brings in what is new; a person translates it."""
    translated = {message.id for message in _messages(chinese) if all(_forms(message.string))}
    assert [message.id for message in _messages(said) if message.id not in translated] == []


def test_nothing_is_translated_that_nobody_says(said: Catalog, chinese: Catalog) -> None:
    assert [message.id for message in _messages(chinese) if message.id not in said] == []


def test_no_translation_is_a_guess(chinese: Catalog) -> None:
    assert [message.id for message in _messages(chinese) if message.fuzzy] == []


def test_a_translation_has_the_places_of_its_message(chinese: Catalog) -> None:
    """A place that the message lacks would break the page that says it; a lost one would hide an amount."""
    for message in _messages(chinese):
        *_, plural = _forms(message.id)  # or the only form; Chinese has one for every number
        for form in filter(None, _forms(message.string)):
            assert _places(form) == _places(plural), message.id


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _messages(catalogue: Catalog) -> list[Message]:
    """Its messages without the header."""
    return [message for message in catalogue if message.id]


def _forms(words: str | Sequence[str] | None) -> Sequence[str]:
    return (words or "",) if words is None or isinstance(words, str) else words


def _places(words: str) -> set[str]:
    return {match.group() for match in PLACE.finditer(words)}
