"""One TrueType file: which characters it has, how wide they are, and subsets of it to embed."""

import struct
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import uharfbuzz as hb
from reportlab.lib.rl_accel import calcChecksum

from billing.core.problem import Refused
from billing.translations import N_

# Flags of a composite glyph's components (OpenType, table glyf).
_WORDS, _SCALE, _MORE, _XY_SCALE, _TWO_BY_TWO = 0x0001, 0x0008, 0x0020, 0x0040, 0x0080


class Face:
    """A static TrueType face. Raises Refused for a file without TrueType outlines."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self._face = hb.Face(hb.Blob.from_file_path(str(path)))
        self._font = hb.Font(self._face)
        if "glyf" not in self._face.table_tags:
            raise Refused(N_("The font %(name)s has no TrueType outlines: take a .ttf file."), name=path.name)
        self._glyf = self._table("glyf")
        self._per_em = self._face.upem

    def _table(self, tag: str) -> bytes:
        return bytes(self._face.reference_table(tag).data)

    @cached_property
    def _offsets(self) -> tuple[int, ...]:
        long_offsets = struct.unpack_from(">h", self._table("head"), 50)[0]
        loca = self._table("loca")
        if long_offsets:
            return struct.unpack(f">{len(loca) // 4}L", loca)
        return tuple(2 * half for half in struct.unpack(f">{len(loca) // 2}H", loca))

    @cached_property
    def _metrics(self) -> tuple[bytes, int]:
        return self._table("hmtx"), struct.unpack_from(">H", self._table("hhea"), 34)[0]

    def scaled(self, units: int) -> int:
        """Font units as thousandths of the em, the unit of PDF."""
        return round(units * 1000 / int(self._per_em))

    def glyph(self, character: str) -> int:
        """Its glyph's number; 0 if the face does not have it."""
        return int(self._font.get_nominal_glyph(ord(character)) or 0)

    def advance(self, glyph: int) -> int:
        """Width in thousandths of the em."""
        return self.scaled(self._font.get_glyph_h_advance(glyph))

    @cached_property
    def box(self) -> tuple[int, int, int, int, int, int]:
        """Bounding box, ascent and descent in thousandths of the em."""
        bounds = struct.unpack_from(">4h", self._table("head"), 36)
        vertical = struct.unpack_from(">2h", self._table("hhea"), 4)
        x1, y1, x2, y2, ascent, descent = (self.scaled(units) for units in (*bounds, *vertical))
        return x1, y1, x2, y2, ascent, descent

    def subset(self, glyphs: Sequence[int]) -> bytes:
        """A font of just these glyphs, numbered as they come, with the tables PDF asks for and no others.

        The same glyph may stand at several numbers: a code for each character keeps copied text exact.
        """
        numbered = list(glyphs)
        # The list grows while it is read: components of composite glyphs are appended.
        outlines = [self._outline(glyph, numbered) for glyph in numbered]
        offsets = list(accumulate(map(len, outlines), initial=0))
        tables = {tag: self._table(tag) for tag in ("cvt ", "fpgm", "prep") if tag in self._face.table_tags}
        tables["glyf"] = b"".join(outlines)
        tables["head"] = _replaced(self._table("head"), 50, 1)
        tables["hhea"] = _replaced(self._table("hhea"), 34, len(numbered))
        tables["hmtx"] = b"".join(self._metric(glyph) for glyph in numbered)
        tables["loca"] = struct.pack(f">{len(offsets)}L", *offsets)
        tables["maxp"] = _replaced(self._table("maxp"), 4, len(numbered))
        return _font_file(tables)

    def _outline(self, glyph: int, numbered: list[int]) -> bytes:
        data = self._glyf[self._offsets[glyph] : self._offsets[glyph + 1]]
        if data and data[0] & 0x80:
            data = _renumbered(data, numbered)
        return data + bytes(-len(data) % 4)

    def _metric(self, glyph: int) -> bytes:
        hmtx, full = self._metrics
        if glyph < full:
            return hmtx[4 * glyph : 4 * glyph + 4]
        bearing = 4 * full + 2 * (glyph - full)
        return hmtx[4 * full - 4 : 4 * full - 2] + hmtx[bearing : bearing + 2]


def _renumbered(composite: bytes, numbered: list[int]) -> bytes:
    """A composite glyph that points to its components' new numbers; unknown ones are added to `numbered`."""
    data, at, flags = bytearray(composite), 10, _MORE
    while flags & _MORE:
        flags, component = struct.unpack_from(">HH", data, at)
        if component not in numbered:
            numbered.append(component)
        struct.pack_into(">H", data, at + 2, numbered.index(component))
        at += 8 if flags & _WORDS else 6
        at += 2 if flags & _SCALE else 4 if flags & _XY_SCALE else 8 if flags & _TWO_BY_TWO else 0
    return bytes(data)


def _replaced(table: bytes, at: int, value: int) -> bytes:
    return table[:at] + struct.pack(">H", value) + table[at + 2 :]


def _font_file(tables: dict[str, bytes]) -> bytes:
    """An sfnt wrapper with its check sums, which some printers insist on."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    tables["head"] = tables["head"][:8] + bytes(4) + tables["head"][12:]
    parts = [struct.pack(">L4H", 0x00010000, count, 16 * power, power.bit_length() - 1, 16 * (count - power))]
    bodies, place = [], 12 + 16 * count
    for tag in sorted(tables):
        body = tables[tag] + bytes(-len(tables[tag]) % 4)
        parts.append(struct.pack(">4s3L", tag.encode("ascii"), calcChecksum(body), place, len(tables[tag])))
        bodies.append(body)
        place += len(body)
    font = b"".join(parts + bodies)
    adjustment = struct.pack(">L", (0xB1B0AFBA - calcChecksum(font)) & 0xFFFFFFFF)
    at = font.index(tables["head"]) + 8
    return font[:at] + adjustment + font[at + 4 :]
