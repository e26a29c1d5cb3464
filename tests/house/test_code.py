"""The house's rules for its code that no linter knows, each with its reason."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import modules

PURE = "billing/core"
TODAY_IS_PASSED_IN = (PURE, "billing/flow", "billing/sheets", "billing/store", "notices")
MONEY = (
    PURE,
    "billing/flow",
    "billing/store",
)  # a spreadsheet knows nothing but floats: billing.sheets reads them


def test_the_core_needs_python_alone() -> None:
    """What must be right in court can be read, run and checked without a single library."""
    own = ("billing.core", "billing.translations")
    strangers = [
        f"{path}: {name}"
        for path, tree in modules(PURE, "billing/translations")
        for name in _imports(tree)
        if not name.startswith(own) and name.split(".")[0] not in sys.stdlib_module_names
    ]
    assert strangers == []


def test_today_is_passed_in() -> None:
    """What was owed on a day comes out the same ever after: below the edge, no rule asks what day it is.

    (When something was recorded is another matter: `billing.clock.now` tells.)
    """
    asking = re.compile(r"(.*\.)?(today|utcnow)|(.*\.)?(date|datetime)\.(now|fromtimestamp)")
    askers = [
        f"{path}:{node.lineno}: {ast.unparse(node)}"
        for path, tree in modules(*TODAY_IS_PASSED_IN)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and asking.fullmatch(ast.unparse(node.func))
    ]
    assert askers == []


def test_money_is_never_a_float() -> None:
    """0.1 + 0.2 is not 0.3. Fen, hundredths of a square metre and parts per million are whole numbers."""
    floats = [
        f"{path}:{node.lineno}: {ast.unparse(node)}"
        for path, tree in modules(*MONEY)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
    ]
    assert floats == []


def test_no_function_is_longer_than_60_lines() -> None:
    """About 10 is usual, 40 is long; what needs more says two things."""
    longest = {
        f"{path}:{node.lineno} {node.name}": length
        for path, tree in modules("billing", "notices", "config.py", "wsgi.py", "tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (length := (node.end_lineno or 0) - node.lineno + 1) > 60
    }
    assert longest == {}


@pytest.mark.parametrize("folder", ["billing", "notices"])
def test_every_module_says_what_it_is(folder: str) -> None:
    assert [str(path) for path, tree in modules(folder) if _says_nothing(path, tree)] == []


def _says_nothing(path: Path, tree: ast.Module) -> bool:
    return bool(tree.body) and ast.get_docstring(tree) is None


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
