"""What a reader finds in a PDF: its text as copied, its codes as scanned, its fonts."""

import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
import zxingcpp
from PIL import Image


def text(pdf: bytes, *options: str) -> str:
    """As poppler copies it out."""
    command = ["pdftotext", *options, "-enc", "UTF-8", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def tidy(pdf: bytes) -> str:
    """Laid-out text, one space between words and no empty lines, so that poppler's spacing does not matter."""
    lines = (" ".join(line.split()) for line in text(pdf, "-layout").replace("\f", "\n\f\n").splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def joined(pdf: bytes) -> str:
    """All text without any white space: what stands there, however it was broken into lines."""
    return "".join(text(pdf, "-raw").split())


def codes(pdf: bytes, folder: Path, dots_per_inch: int = 150) -> list[str]:
    """The QR codes of all pages, scanned from a picture of each."""
    source = folder / "scanned.pdf"
    source.write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-gray", "-r", str(dots_per_inch), "-png", str(source), str(folder / "page")], check=True
    )
    found = []
    for picture in sorted(folder.glob("page*.png")):
        with Image.open(picture) as image:
            found += [code.text for code in zxingcpp.read_barcodes(image)]
        picture.unlink()
    return found


def fonts(pdf: bytes) -> dict[str, bool]:
    """Every font's name, and whether the file carries it."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return {
            str(font.BaseFont): "/FontFile2" in font.DescendantFonts[0].FontDescriptor
            for page in document.pages
            for font in page.obj.Resources.Font.as_dict().values()
        }


def pages(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as document:
        return len(document.pages)
