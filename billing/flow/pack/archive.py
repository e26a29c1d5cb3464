"""The ZIP: each file written once with its hash, then the lists by which anybody checks it; always the same bytes."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from billing.flow.documents import count_pages
from billing.flow.pack.check import SUMS
from billing.flow.pack.exhibit import Layout, paper, row, say, table
from billing.flow.pack.piece import Lack, Piece
from billing.flow.pack.subject import Subject
from notices import content
from notices.wording import LATEST, wording

KEY = "contents"
#: ZIP knows no time before 1980; what matters is that it is always the same.
_ALWAYS = (1980, 1, 1, 0, 0, 0)

_LAYOUT: Layout = (
    ("number", 9, ""),
    ("name", 62, ""),
    ("proves", 42, ""),
    ("pages", 9, "right"),
    ("sha256", 52, "fine"),
)
_LACKS_LAYOUT: Layout = (("number", 9, ""), ("content", 165, ""))


@dataclass(frozen=True)
class Filed:
    """A file as it lies in the pack."""

    name: str
    title: str
    proves: str
    pages: int | None
    bytes: int
    sha256: str


class Archive:
    """A pack being written; `documents` are all its files but the list of their hashes."""

    def __init__(self, target: ZipFile, subject: Subject) -> None:
        self._zip = target
        self._subject = subject
        self.documents: list[Filed] = []
        self.lacks: list[Lack] = []

    def add(self, piece: Piece) -> None:
        assert all(piece.name != one.name for one in self.documents), piece.name
        sha256 = hashlib.sha256(piece.data).hexdigest()
        told = (piece.name, piece.title, piece.proves, piece.pages)
        self.documents.append(Filed(*told, len(piece.data), sha256))
        self._write(piece.name, piece.data)

    def finish(self) -> None:
        """The list of contents, the machine's own, the check and what it is checked by."""
        contents = self._contents()
        name = f"00 {say(f'name.{KEY}')}.pdf"
        self.add(Piece(name, say(f"title.{KEY}"), "", contents, count_pages(contents)))
        office = self._subject.head.office
        words = wording(LATEST)("exhibit.check", {"公司": office.company, "电话": office.phone})
        text = words.strip().replace("\n", "\r\n") + "\r\n"
        self.add(Piece(f"{say('name.check')}.txt", say("name.check"), "", text.encode("utf-8-sig")))
        check = (files("billing.flow.pack") / "check.py").read_bytes()
        self.add(Piece("check.py", say("name.check"), "", check))
        self.add(Piece("manifest.json", say(f"title.{KEY}"), "", self._manifest()))
        sums = "".join(f"{one.sha256}  {one.name}\n" for one in sorted(self.documents, key=_by_name))
        self._write(SUMS, sums.encode())

    def _contents(self) -> bytes:
        rows = [
            row([str(number), f"{one.title}\n{one.name}", one.proves, _pages(one.pages), _in_two(one.sha256)])
            for number, one in enumerate(self.documents, 1)
        ]
        lacks = [
            row([str(number), say(f"lack.{lack.code}", 文书编号=lack.number)])
            for number, lack in enumerate(self.lacks, 1)
        ]
        tables = [
            table("documents", _LAYOUT, rows),
            *([table("lacks", _LACKS_LAYOUT, lacks)] if lacks else []),
        ]
        notes = [*([] if lacks else [say("no_lacks")]), say("check_note")]
        return paper(self._subject, "00", KEY, tables, notes)

    def _manifest(self) -> bytes:
        subject = self._subject
        told = {
            "format": 1,
            "generator": content.GENERATOR,
            "number": subject.number,
            "community": subject.head.community.name,
            "debtors": subject.debtors,
            "units": [unit.label for unit in subject.units.values()],
            "as_of": subject.as_of.isoformat(),
            "known_at": subject.known_at,
            "issued": subject.issued.isoformat(),
            "documents": [asdict(one) for one in self.documents],
            "missing": [asdict(lack) for lack in self.lacks],
        }
        return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()

    def _write(self, name: str, data: bytes) -> None:
        info = ZipInfo(name, _ALWAYS)
        info.compress_type = ZIP_DEFLATED
        info.create_system = 3  # so that it is the same made on any system
        info.external_attr = 0o644 << 16
        self._zip.writestr(info, data)


def _by_name(one: Filed) -> str:
    return one.name


def _pages(pages: int | None) -> str:
    return "—" if pages is None else str(pages)


def _in_two(sha256: str) -> str:
    return f"{sha256[:32]}\n{sha256[32:]}"


def sums_of(documents: Sequence[Filed]) -> list[dict[str, str | int]]:
    """As the command tells them."""
    return [{"name": one.name, "sha256": one.sha256, "bytes": one.bytes} for one in documents]
