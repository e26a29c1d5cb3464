"""The folder that a command prints into: a PDF each paper, one print file in delivery order, and who gets none."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
from flask_babel import gettext

from billing import jobs
from billing.cli.command import the_vault
from billing.core.problem import Unusable
from billing.extensions import db
from billing.flow import printing
from billing.flow.documents import kept
from billing.flow.printing import LeftOut, Numbered, Series
from billing.store.collection import Document
from billing.translations import N_

to_folder = click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Where the PDFs go.")


def prepare(out: Path | None) -> Path:
    """The folder must be there before anything is numbered."""
    if out is None:
        raise Unusable(N_("Say with --out which folder the papers go to."))
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError:
        raise Unusable(
            N_("No file can be written to %(folder)s: choose another folder."), folder=str(out)
        ) from None
    return out


def make(series: Series[Numbered], waiting: Sequence[int], label: str) -> None:
    """Make the papers that wait for it, here and now."""
    with click.progressbar(waiting, label=label, file=sys.stderr) as bar:
        for paper_id in bar:
            jobs.make_paper(db.session(), the_vault(), series, paper_id)


def write(made: Sequence[tuple[Numbered, Document]], out: Path, print_file: str) -> list[tuple[str, str]]:
    """Copy the papers into the folder; number and file of each, in their order."""
    vault = the_vault()
    for paper, document in made:
        (out / f"{paper.number}.pdf").write_bytes(kept(vault, document.sha256))
    printing.merge(vault, made, out / print_file)
    return [(paper.number, f"{paper.number}.pdf") for paper, _ in made]


def left_out(found: Sequence[LeftOut]) -> list[dict[str, str]]:
    """Who gets no paper, and why, with the number of the one he has already."""
    return [
        {
            "unit": one.unit,
            "debtor": one.debtor,
            "reason": gettext(one.reason) + (f" ({one.detail})" if one.detail else ""),
        }
        for one in found
    ]
