"""The project's own files, as git knows them: committed or about to be, never what is ignored."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Every file of the tree, relative to its root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(
        path for name in sorted(filter(None, listed.split("\0"))) if (ROOT / (path := Path(name))).is_file()
    )


@cache
def text(path: Path) -> str:
    """What stands in a file; nothing for one that is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """The Python files of some folders, parsed."""
    for path in files():
        if path.suffix == ".py" and any(path.is_relative_to(folder) for folder in folders):
            yield path, ast.parse(text(path), str(path))
