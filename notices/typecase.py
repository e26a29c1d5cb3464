"""The glyphs of one document, and their embedding as composite fonts.

Each weight has two kinds of embedded font. The *core* holds the characters of the paper's fixed words:
it is cut, compressed and described once a process, is the same in every paper of a kind, and a print
file of five hundred papers keeps it once. The *rest*, one per face that was needed, holds this paper's
names and numbers. Every character has its own two-byte code, so copied text is the text that was set,
also beyond the BMP, which reportlab's own single-byte subsets get wrong.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from reportlab.pdfbase.pdfdoc import (
    PDFDictionary,
    PDFDocument,
    PDFName,
    PDFObject,
    PDFObjectReference,
    PDFStream,
)

from notices.faces import Face
from notices.fonts import Font, Fonts, Weight


@dataclass(frozen=True)
class Packed:
    """A subset ready to embed: `name` carries a hash of its content."""

    name: str
    font_file: bytes
    font_length: int
    widths: str
    to_unicode: bytes
    box: tuple[int, int, int, int, int, int]
    bold: bool


def pack(face: Face, characters: Sequence[str], weight: Weight) -> Packed:
    """A subset of the face with the characters at codes 1, 2, 3, ..."""
    glyphs = [face.glyph(character) for character in characters]
    program = face.subset([0, *glyphs])
    mapping = _to_unicode(characters)
    tag = int.from_bytes(sha256(program + mapping).digest()[:8])
    letters = "".join(chr(65 + tag // 26**place % 26) for place in range(6))
    widths = ((code, face.advance(glyph)) for code, glyph in enumerate(glyphs, 1))
    return Packed(
        name=f"{letters}+{face.name}",
        font_file=zlib.compress(program, 6),
        font_length=len(program),
        widths=" ".join(f"{code}[{width}]" for code, width in widths if width != 1000),
        to_unicode=zlib.compress(mapping, 6),
        box=face.box,
        bold=weight == "bold",
    )


def _to_unicode(characters: Sequence[str]) -> bytes:
    unicodes = (character.encode("utf-16-be").hex().upper() for character in characters)
    pairs = [f"<{code:04X}> <{unicode}>" for code, unicode in enumerate(unicodes, 1)]
    # A block holds a hundred pairs at most (Adobe technical note 5014).
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
        *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
        "endcmap CMapName currentdict /CMap defineresource pop end end",
    ]
    return "\n".join(lines).encode("ascii")


class Core:
    """The shared characters of one weight: their codes, and the packed font."""

    def __init__(self, font: Font, characters: str) -> None:
        known = [character for character in characters if font.main.glyph(character)]
        self.codes = {character: f"{code:04X}" for code, character in enumerate(known, 1)}
        self.packed = pack(font.main, known, font.weight)


@lru_cache(maxsize=64)
def core(font: Font, characters: str) -> Core:
    return Core(font, characters)


class Typecase:
    """What one document has used of its fonts. `show` gives text operators, `embed` the font objects."""

    def __init__(self, fonts: Fonts, regular_core: str, bold_core: str) -> None:
        self._setters = {
            "regular": _Setter("R", fonts.regular, core(fonts.regular, regular_core)),
            "bold": _Setter("B", fonts.bold, core(fonts.bold, bold_core)),
        }

    def show(self, weight: Weight, size: float, text: str) -> str:
        """PDF operators that set `text` at the current point. Raises MissingGlyph."""
        return self._setters[weight].show(size, text)

    def embed(self, document: PDFDocument) -> None:
        """Add the fonts that were used to reportlab's document; afterwards nothing may be shown."""
        resources = document.idToObject["BasicFonts"].dict
        for setter in self._setters.values():
            for name, packed in setter.used():
                resources[name] = _embedded(document, name, packed)


class _Setter:
    """One weight of a typecase: which code in which of its fonts stands for a character."""

    def __init__(self, letter: str, font: Font, shared: Core) -> None:
        self._letter = letter
        self._font = font
        self._core = shared
        self._core_used = False
        self._codes: dict[str, tuple[str, str]] = {}
        self._rest: dict[int, list[str]] = {}

    def show(self, size: float, text: str) -> str:
        try:
            codes = self._core.codes
            hexadecimal = "".join([codes[character] for character in text])
        except KeyError:
            return self._show_mixed(size, text)
        self._core_used = True
        return f"/{self._letter} {size:g} Tf <{hexadecimal}> Tj"

    def _show_mixed(self, size: float, text: str) -> str:
        parts: list[str] = []
        name = ""
        for character in text:
            here, code = self._codes.get(character) or self._assign(character)
            if here != name:
                parts.append(f"{'> Tj ' if name else ''}/{here} {size:g} Tf <")
                name = here
            parts.append(code)
        return "".join(parts) + "> Tj"

    def _assign(self, character: str) -> tuple[str, str]:
        drawn = self._font.drawn(character)
        if code := self._core.codes.get(drawn):
            self._core_used = True
            found = (self._letter, code)
        elif drawn in self._codes:
            found = self._codes[drawn]
        else:
            index, _ = self._font.find(drawn)
            rest = self._rest.setdefault(index, [])
            rest.append(drawn)
            found = (f"{self._letter}{index}", f"{len(rest):04X}")
        self._codes[character] = found
        return found

    def used(self) -> list[tuple[str, Packed]]:
        fonts = [(self._letter, self._core.packed)] if self._core_used else []
        for index, characters in sorted(self._rest.items()):
            packed = pack(self._font.face(index), characters, self._font.weight)
            fonts.append((f"{self._letter}{index}", packed))
        return fonts


def _embedded(document: PDFDocument, name: str, packed: Packed) -> PDFObjectReference:
    """The five objects of a composite font (ISO 32000-1, 9.7.4); a reference to the first."""
    font_name = PDFName(packed.name)
    *box, ascent, descent = packed.box
    program = _stream(document, f"{name}.program", packed.font_file, packed.font_length)
    descriptor = _Verbatim(
        f"<< /Type /FontDescriptor /FontName {font_name} /Flags 4 /FontBBox [{' '.join(map(str, box))}] "
        f"/ItalicAngle 0 /Ascent {ascent} /Descent {descent} /CapHeight {ascent} "
        f"/StemV {140 if packed.bold else 80} /FontFile2 %s >>",
        program,
    )
    cid_font = _Verbatim(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont {font_name} /CIDToGIDMap /Identity /DW 1000 "
        f"/W [{packed.widths}] /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        "/FontDescriptor %s >>",
        document.Reference(descriptor, f"{name}.descriptor"),
    )
    composite = _Verbatim(
        f"<< /Type /Font /Subtype /Type0 /BaseFont {font_name} /Encoding /Identity-H "
        "/DescendantFonts [%s] /ToUnicode %s >>",
        document.Reference(cid_font, f"{name}.cid"),
        _stream(document, f"{name}.unicode", packed.to_unicode),
    )
    return document.Reference(composite, f"{name}.font")


class _Verbatim(PDFObject):  # type: ignore[misc]
    """An object that is written as it stands, references filled in."""

    def __init__(self, text: str, *references: PDFObjectReference) -> None:
        self._text = text
        self._references = references

    def format(self, document: PDFDocument) -> bytes:
        filled = self._text % tuple(each.format(document).decode("ascii") for each in self._references)
        return filled.encode("ascii")


def _stream(document: PDFDocument, name: str, packed: bytes, plain_length: int = 0) -> PDFObjectReference:
    entries = {"Filter": PDFName("FlateDecode")} | ({"Length1": plain_length} if plain_length else {})
    return document.Reference(PDFStream(PDFDictionary(entries), packed, filters=[]), name)
