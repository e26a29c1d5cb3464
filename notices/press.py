"""Everything one paper is printed with: its words with its own values in them, its fonts and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from billing.core.ageing import oldest_days
from billing.core.money import capital, grouped
from notices import content, figures
from notices.content import Paper
from notices.exhibit_tables import Exhibit
from notices.fonts import Fonts
from notices.pictures import Picture
from notices.record import kind_of
from notices.typecase import Typecase
from notices.wording import LATEST, Wording, wording

# Sections of the wording that papers of any kind draw their labels from.
_SHARED = ("charset.regular", "label.", "column.", "common.", "channel.")


@dataclass
class Press:
    """`say(key)` gives a text of the paper's version; `places` are the values it may name.

    A record from before a text was written takes that text from the latest version, and all others from its own.
    """

    paper: Paper
    fonts: Fonts
    seal: Picture | None = None
    logo: Picture | None = None
    places: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.words: Wording = wording(self.paper.template)
        self.places = common_places(self.paper) | self.places

    def say(self, key: str, **places: str) -> str:
        words = self.words if key in self.words else wording(LATEST)
        return words(key, self.places | places if places else self.places)

    @property
    def title(self) -> str:
        """What a paper of this kind is called; later kinds keep their headings in a section of their own."""
        if isinstance(self.paper, Exhibit):
            return self.paper.title
        kind = kind_of(self.paper)
        own = f"{kind}.title"
        return self.say(own if own in wording(LATEST) else f"heading.{kind}")

    def channel(self, code: str) -> str:
        """收款方式 in words, where the wording knows the code; else the office's own word."""
        return self.words(f"channel.{code}") if f"channel.{code}" in self.words else code

    def typecase(self) -> Typecase:
        kind = kind_of(self.paper)
        told = [("slip.", "slip_url"), ("waived.", "waivers")]
        more = [section for section, name in told if getattr(self.paper, name, None)]
        return Typecase(
            self.fonts,
            self.words.characters(*_SHARED, f"{kind}.", *more),
            self.words.characters("charset.bold", "heading."),
        )


def common_places(paper: Paper) -> dict[str, str]:
    """The values any text may name. Text of users' is a value like any other: never read for placeholders."""
    return {
        "业主": people(paper),
        "公司": paper.office.company,
        "小区": paper.community.name,
        "房号": paper.unit.label,
        "房屋坐落": paper.unit.address,
        "合同名称": paper.community.contract_name.strip("《》"),
        "合同编号": paper.community.contract_number,
        "违约金条款": paper.community.late_fee_clause.strip().strip("“”"),
        "电话": paper.office.phone,
    }


def people(paper: Paper) -> str:
    """The owner and the co-owners, who owe jointly (Civil Code art. 307)."""
    return "、".join((paper.unit.owner, *paper.unit.co_owners))


def debt_places(lines: Sequence[content.ChargeLine], as_of: date, rate_ppm: int) -> dict[str, str]:
    owed = content.total(lines)
    return {
        "截算日": figures.day(as_of),
        "日率": figures.rate(rate_ppm),
        "本金": grouped(content.principal(lines)),
        "违约金": grouped(content.late_fee_due(lines)),
        "合计": grouped(owed),
        "大写": capital(owed),
        "逾期天数": str(oldest_days((line.overdue_days, line.open) for line in lines)),
    }
