"""Seals and logos: a PNG checked, made small enough for print and packed once for all papers."""

import io
import zlib
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from PIL import Image
from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFDocument,
    PDFName,
    PDFObjectReference,
    PDFStream,
)

from billing.core.problem import Refused
from billing.translations import N_

_LARGEST_BYTES = 4_000_000
_LARGEST_SIDE = 6_000
# Forty millimetres at 600 dots an inch are 945: more shows on no printer.
_PRINTED_SIDE = 945


@dataclass(frozen=True)
class Picture:
    """Packed pixels: RGB, and the opacity of each."""

    sha256: str
    width: int
    height: int
    colours: bytes
    opacity: bytes

    @property
    def aspect(self) -> float:
        return self.width / self.height

    @property
    def key(self) -> str:
        return self.sha256[:16]

    @property
    def name(self) -> str:
        """The resource's name as reportlab makes it of the key."""
        return f"FormXob.{self.key}"

    def embed(self, document: PDFDocument) -> PDFObjectReference:
        """Two objects, added once a document."""
        if self.name not in document.idToObject:
            mask = self._object(document, f"{self.name}.mask", "DeviceGray", self.opacity)
            self._object(document, self.name, "DeviceRGB", self.colours, SMask=mask)
        return PDFObjectReference(self.name)

    def _object(
        self, document: PDFDocument, name: str, space: str, pixels: bytes, **more: PDFObjectReference
    ) -> PDFObjectReference:
        entries = {
            "Type": PDFName("XObject"),
            "Subtype": PDFName("Image"),
            "Width": self.width,
            "Height": self.height,
            "BitsPerComponent": 8,
            "ColorSpace": PDFName(space),
            "Filter": PDFArray([PDFName("FlateDecode")]),
            **more,
        }
        return document.Reference(PDFStream(PDFDictionary(entries), pixels, filters=[]), name)


def reference(png: bytes) -> str:
    """How an `Office` refers to this seal or logo."""
    return sha256(png).hexdigest()


@lru_cache(maxsize=32)
def picture(png: bytes) -> Picture:
    """The PNG ready for print. Raises Refused for anything else, and for what would not fit in memory."""
    if len(png) > _LARGEST_BYTES:
        raise Refused(N_("The picture is larger than 4 MB."))
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            if max(image.size) > _LARGEST_SIDE:
                raise Refused(N_("The picture is wider or higher than 6,000 pixels."))
            image.thumbnail((_PRINTED_SIDE, _PRINTED_SIDE), Image.Resampling.LANCZOS)
            pixels = image.convert("RGBA")
    except (OSError, SyntaxError, ValueError) as error:
        raise Refused(N_("The picture is not a PNG that can be read.")) from error
    return Picture(
        sha256=reference(png),
        width=pixels.width,
        height=pixels.height,
        colours=zlib.compress(pixels.convert("RGB").tobytes(), 9),
        opacity=zlib.compress(pixels.getchannel("A").tobytes(), 9),
    )
