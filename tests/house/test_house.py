"""The house's rules for its tree, each with its reason."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, text

LOCKS = ("requirements.txt", "requirements-dev.txt")


def test_the_top_level_is_as_agreed() -> None:
    """A newcomer finds everything where the README says; nothing else piles up beside it."""
    agreed = {"billing", "templates", "notices", "tests", "config.py", "wsgi.py", "README.md", "README.zh.md"}
    tools = {
        ".ci",
        ".gitignore",
        "Makefile",
        "babel.cfg",
        "bench",
        "deploy",
        "docs",
        "migrations",
        "pyproject.toml",
        "tools",
    }
    packages = {"package.json", "package-lock.json", *LOCKS}
    papers = {"CHANGELOG.md", "LICENSE"}
    present = {path.parts[0] for path in files()}
    assert agreed - present == set(), "missing"
    assert present - agreed - tools - packages - papers == set(), "where does it belong?"


def test_no_file_is_longer_than_400_lines() -> None:
    """A file is one noun, read in one sitting. (A migration is written by Alembic and never edited.)"""
    code = {".py", ".html", ".js", ".css", ".txt", ".toml"}
    written = [
        path
        for path in files()
        if path.suffix in code and path.parts[0] != "migrations" and path.name not in LOCKS
    ]
    lengths = {str(path): text(path).count("\n") for path in written}
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_no_module_is_named_for_nothing() -> None:
    """A module is a noun of the glossary; "utils" is where things go that nobody will find."""
    placeless = re.compile(r"(util|utility|utilities|helper|service|manager|common|misc)s?")
    named = {part.removesuffix(".py") for path in files() if path.suffix == ".py" for part in path.parts}
    assert sorted(filter(placeless.fullmatch, named)) == []


def test_the_tree_names_no_registry_and_no_machine() -> None:
    """It installs from the registries a machine is set up for, and says nothing of the one it was made on."""
    # A letter in brackets keeps this file out of its own net.
    hosts = r"[p]ypi\.org|[p]ythonhosted\.org|[n]pmjs\.(org|com)|[d]eb\.debian\.org|https?://\S*/[s]imple"
    settings = r'[i]ndex-url|"[r]esolved":'
    places = r"(?<![\w.-])/([w]ork|[r]oot|[h]ome|[t]mp)/"
    telltale = re.compile(f"{hosts}|{settings}|{places}")
    found = [
        f"{path}:{number}: {match.group()}"
        for path in files()
        for number, line in enumerate(text(path).splitlines(), 1)
        if (match := telltale.search(line))
    ]
    assert found == []


def test_nothing_is_pasted_that_a_registry_has() -> None:
    """A pasted library is never updated again; a dependency has a version, a hash and a licence."""
    pasted = re.compile(r"\.min\.(js|css)$|(^|/)(vendor|third_party)/")
    assert [str(path) for path in files() if pasted.search(path.as_posix())] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_its_hash(lock: str) -> None:
    """Whoever changes a package at a registry changes nothing here."""
    pins = _pins(lock)
    assert len(pins) > 20
    assert [name for name, entry in pins.items() if "--hash=sha256:" not in entry] == []


def test_the_tests_run_on_the_versions_the_office_runs_on() -> None:
    office, developers = (_versions(lock) for lock in LOCKS)
    assert {name: version for name, version in office.items() if developers.get(name) != version} == {}


def test_the_locks_hold_what_is_asked_for() -> None:
    """A dependency added to pyproject.toml without `make lock` would be missing on the next machine."""
    project = tomllib.loads(text(Path("pyproject.toml")))
    office, developers = (_versions(lock).keys() for lock in LOCKS)
    assert set(map(_name, project["project"]["dependencies"])) - office == set()
    assert set(map(_name, project["dependency-groups"]["dev"])) - developers == set()


def test_the_pages_lock_has_hashes() -> None:
    packages = json.loads(text(Path("package-lock.json")))["packages"]
    asked = json.loads(text(Path("package.json")))["dependencies"]
    assert {name for name in asked if f"node_modules/{name}" not in packages} == set()
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_every_layer_is_in_the_contract() -> None:
    """import-linter says nothing of a module it was not told of."""
    settings = tomllib.loads(text(Path("pyproject.toml")))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in settings["contracts"] if contract["type"] == "layers")
    named = {name.strip() for layer in layers for name in layer.split("|")}
    present = {f"billing.{path.stem}" for path in (ROOT / "billing").iterdir() if _is_module(path)}
    assert present - named == set()


def _pins(lock: str) -> dict[str, str]:
    """The lock's entries, each with its hashes, by their first word: `name==version`."""
    entries = re.split(r"^(?=\w)", text(Path(lock)), flags=re.MULTILINE)
    return {entry.split(" ", 1)[0]: entry for entry in entries if not entry.startswith("#")}


def _versions(lock: str) -> dict[str, str]:
    return {_name(pin): pin.split("==")[1] for pin in _pins(lock)}


def _name(requirement: str) -> str:
    """A requirement's package as every index spells it."""
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


def _is_module(path: Path) -> bool:
    return (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
