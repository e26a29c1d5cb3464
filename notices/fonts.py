"""The papers' fonts: Noto Sans SC, then TC, then the office's own, in two weights pinned from variable files.

A pinned weight is kept on disk (a third of a second each to make), written beside and renamed, so that
several processes may need it at once. No paper is made with a character that no font has: it is named.
"""

import os
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Literal

import uharfbuzz as hb

from billing.core.problem import Refused
from billing.translations import N_
from notices.faces import Face

Weight = Literal["regular", "bold"]
WEIGHTS: dict[Weight, int] = {"regular": 400, "bold": 700}

_PACKED = ("notosanssc/NotoSansSC[wght].ttf", "notosanstc/NotoSansTC[wght].ttf")
# Layout rules are of no use to text that is set character by character.
_UNUSED = ("BASE", "GDEF", "GPOS", "GSUB", "STAT", "gasp", "vhea", "vmtx")


class MissingGlyph(Refused):
    """No font at hand has these characters; a paper with blanks would be worthless as evidence."""

    def __init__(self, characters: str) -> None:
        named = ", ".join(f"{_shown(character)}U+{ord(character):04X}" for character in characters)
        super().__init__(
            N_("No font has %(characters)s: name a font that has it in PERMILLE_FONT."), characters=named
        )
        self.characters = characters


def _shown(character: str) -> str:
    return f"{character} " if character.isprintable() else ""


class Font:
    """One weight: a chain of faces, of which the first that has a character draws it."""

    def __init__(self, weight: Weight, sources: Sequence[Path], cache_folder: Path) -> None:
        self.weight = weight
        self._sources = sources
        self._cache_folder = cache_folder
        self._faces: dict[int, Face] = {}
        self.advances = _Advances(self)

    @cached_property
    def main(self) -> Face:
        return self.face(0)

    def face(self, index: int) -> Face:
        """Opened when a character first asks for it: most papers never need the second."""
        if index not in self._faces:
            path = self.path(index)
            self._faces[index] = Face(path, f"{path.stem.partition('-')[0]}-{self.weight.capitalize()}")
        return self._faces[index]

    def path(self, index: int = 0) -> Path:
        """The face's file, for whoever draws otherwise."""
        return pinned(self._sources[index], WEIGHTS[self.weight], self._cache_folder)

    def find(self, character: str) -> tuple[int, int]:
        """(face's index, glyph's number). Raises MissingGlyph."""
        for index in range(len(self._sources)):
            if glyph := self.face(index).glyph(character):
                return index, glyph
        raise MissingGlyph(character)

    def has(self, character: str) -> bool:
        return any(self.face(index).glyph(character) for index in range(len(self._sources)))

    def drawn(self, character: str) -> str:
        """The character itself; for a line break, a tab or a rare blank that no font draws, a space."""
        return " " if character.isspace() and not self.has(character) else character

    def width(self, text: str, size: float) -> float:
        """Points. Raises MissingGlyph."""
        advances = self.advances
        return sum([advances[character] for character in text]) * size / 1000


class _Advances(dict[str, int]):
    """Widths in thousandths of the em, looked up once for each character."""

    def __init__(self, font: Font) -> None:
        self._font = font

    def __missing__(self, character: str) -> int:
        index, glyph = self._font.find(self._font.drawn(character))
        self[character] = advance = self._font.face(index).advance(glyph)
        return advance


class Fonts:
    """Both weights of one setting; `fonts()` keeps one for each."""

    def __init__(self, sources: Sequence[Path], cache_folder: Path) -> None:
        self.regular = Font("regular", sources, cache_folder)
        self.bold = Font("bold", sources, cache_folder)

    def missing(self, texts: Iterable[str]) -> str:
        """The characters no font has, each once, in order; spaces of any kind never count."""
        characters = dict.fromkeys("".join(texts))
        return "".join(each for each in characters if not each.isspace() and not self.regular.has(each))


def fonts(cache_folder: Path | None = None, extra: Sequence[Path] | None = None) -> Fonts:
    """The packed fonts and the office's own: by argument, else by PERMILLE_CACHE and PERMILLE_FONT (a path or more)."""
    if extra is None:
        named = os.environ.get("PERMILLE_FONT", "").split(os.pathsep)
        extra = [Path(path) for path in named if path]
    return _fonts(cache_folder or _default_folder(), tuple(extra))


@cache
def _fonts(cache_folder: Path, extra: tuple[Path, ...]) -> Fonts:
    packed = files("justmytype_intl_cjk") / "fonts" / "ofl"
    return Fonts((*(Path(str(packed / name)) for name in _PACKED), *extra), cache_folder)


def _default_folder() -> Path:
    if named := os.environ.get("PERMILLE_CACHE"):
        return Path(named)
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "permille"
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    except (OSError, RuntimeError):
        # A service account without a home: its own folder, which nobody else may write into.
        return Path(tempfile.gettempdir()) / f"permille-{os.getuid()}"


def pinned(source: Path, weight: int, cache_folder: Path) -> Path:
    """A static file of this weight. A font without a weight axis is given back as it is."""
    if not source.is_file():
        raise Refused(N_("There is no font file %(path)s."), path=str(source))
    name = f"{source.stem.partition('[')[0]}-{weight}-{source.stat().st_size}-hb{hb.__version__}.ttf"
    path = cache_folder / "fonts" / name
    if path.is_file():
        return path
    face = hb.Face(hb.Blob.from_file_path(str(source)))
    if not any(axis.tag == "wght" for axis in face.axis_infos):
        return source
    _write_whole(path, _pin(face, weight))
    return path


def _pin(face: hb.Face, weight: int) -> bytes:
    plan = hb.SubsetInput()
    plan.keep_everything()
    for tag in _UNUSED:
        plan.drop_table_tag_set.add(int.from_bytes(tag.encode("ascii")))
    for axis in face.axis_infos:
        plan.pin_axis_to_default(face, axis.tag)
    plan.pin_axis_location(face, "wght", float(weight))
    return bytes(hb.subset(face, plan).blob.data)


def _write_whole(path: Path, data: bytes) -> None:
    """Whole or not at all, also after a power cut, and whoever else is writing the same."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
