"""One print file out of many papers, in the order given.

Papers of a kind embed the same core fonts and the same seal: equal streams are kept once, which makes
a file of five hundred notices a tenth as large and as quick to spool. Papers are joined by the hundred
first, so that neither memory nor open files grow with their number.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from hashlib import sha256
from io import BytesIO
from itertools import islice
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name, Object, OutlineItem, Pdf

_TOGETHER = 128
_A4 = (595, 842)


def merge(
    pdfs: Iterable[bytes | Path],
    target: Path,
    *,
    labels: Sequence[str] = (),
    double_sided: bool = False,
    title: str = "",
) -> int:
    """Write the papers one after another to `target`, whole or not at all; the number of pages.

    `labels` become bookmarks, one a paper (units, in order of delivery). `double_sided` adds an empty
    page after papers with an odd number, so that each begins on a fresh sheet. Raises ValueError for
    no papers, or labels that do not match them.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".merge-") as folder:
        parts, counts = [], []
        for number, batch in enumerate(_batches(pdfs)):
            part = Path(folder) / f"{number}.pdf"
            counts += _join(batch, part, double_sided)
            parts.append(part)
        if not counts or (labels and len(labels) != len(counts)):
            raise ValueError("one label for every paper, and at least one paper")
        whole = Path(folder) / "whole.pdf"
        _join(parts, whole, double_sided=False, outline=_outline(labels, counts), title=title)
        whole.replace(target)
    return sum(counts)


def _batches(pdfs: Iterable[bytes | Path]) -> Iterator[list[bytes | Path]]:
    papers = iter(pdfs)
    while batch := list(islice(papers, _TOGETHER)):
        yield batch


def _outline(labels: Sequence[str], counts: Sequence[int]) -> list[OutlineItem]:
    starts = [sum(counts[:number]) for number in range(len(counts))] if labels else []
    return [OutlineItem(label, start) for label, start in zip(labels, starts, strict=True)]


def _join(
    pdfs: Sequence[bytes | Path],
    target: Path,
    double_sided: bool,
    outline: Sequence[OutlineItem] = (),
    title: str = "",
) -> list[int]:
    """Pages each paper took in `target`."""
    counts = []
    with ExitStack() as opened:
        out = opened.enter_context(Pdf.new())
        shared: dict[bytes, Object] = {}
        for pdf in pdfs:
            source = opened.enter_context(pikepdf.open(BytesIO(pdf) if isinstance(pdf, bytes) else pdf))
            start = len(out.pages)
            out.pages.extend(source.pages)
            _share(out, start, shared)
            if double_sided and (len(out.pages) - start) % 2:
                out.add_blank_page(page_size=_A4)
            counts.append(len(out.pages) - start)
        with out.open_outline() as bookmarks:
            bookmarks.root.extend(outline)
        if title:
            out.docinfo[Name.Title] = title
        out.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return counts


def _share(out: Pdf, start: int, shared: dict[bytes, Object]) -> None:
    """Let the pages from `start` on use fonts and pictures that earlier ones brought, where they are equal."""
    done: set[tuple[int, int]] = set()
    for page in out.pages[start:]:
        resources = page.obj.get(Name.Resources, Dictionary())
        for kind in (Name.Font, Name.XObject):
            entries = resources.get(kind)
            if entries is None or (entries.is_indirect and entries.objgen in done):
                continue
            done.add(entries.objgen)
            for name in list(entries.keys()):
                digest = _digest(entries[name])
                if digest:
                    entries[name] = shared.setdefault(digest, entries[name])


def _digest(resource: Object) -> bytes:
    """What tells a font or picture from others; empty for one that is not of our making and is left alone."""
    if resource.get(Name.Subtype) == Name.Type0:
        descendant = resource.DescendantFonts[0]
        program = descendant.FontDescriptor.get(Name.FontFile2)
        streams = [program, resource.get(Name.ToUnicode)]
        plain = str(resource.BaseFont) + str(descendant.get(Name.W))
    elif resource.get(Name.Subtype) == Name.Image:
        streams = [resource, resource.get(Name.SMask)]
        plain = f"{resource.Width}x{resource.Height}"
    else:
        return b""
    if None in streams[:1]:
        return b""
    digest = sha256(plain.encode())
    for stream in streams:
        digest.update(b"\x00" if stream is None else sha256(stream.read_raw_bytes()).digest())
    return digest.digest()
