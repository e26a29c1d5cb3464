"""Every paper says what it must: against golden texts, and figure by figure where a golden text would hide it."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from billing.core.dunning import TONES, Tone
from billing.core.money import capital, grouped
from billing.core.policy import Order
from notices import content
from notices.content import Demand, LateFeeTerms, Paper, PaymentNotice
from notices.render import render
from notices.wording import LATEST
from tests.notices import papers, reading, waived

GOLDEN = Path(__file__).parents[1] / "golden" / "papers"
#: REGENERATE_GOLDEN=1 writes the texts anew; the difference is then read in the diff.
REGENERATE = os.environ.get("REGENERATE_GOLDEN") == "1"

#: Credit records, shaming, cut-offs, pressure through others, "1‰ by regulation".
FORBIDDEN = (
    *("征信", "失信", "信用记录", "黑名单", "曝光", "张榜"),
    *("停水", "停电", "停止供", "单位领导", "亲属", "物业管理条例", "法院强制"),
)


@pytest.mark.parametrize("name", waived.EVERY)
def test_a_paper_reads_as_agreed(name: str) -> None:
    golden, found = GOLDEN / f"{name}.txt", reading.tidy(render(waived.EVERY[name]))
    if REGENERATE:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("tone", list(TONES))
def test_a_demand_holds_every_field_a_court_looks_for(tone: Tone) -> None:
    paper = papers.demand(3, tone)
    found = reading.joined(render(paper))
    owed = content.total(paper.lines)
    for field in (
        paper.number,
        paper.unit.address,
        paper.unit.owner,
        paper.unit.co_owners[0],
        "98.50㎡",
        "2.80元/㎡·月",
        "2026-01-01至2026-09-30",
        f"¥{grouped(content.principal(paper.lines))}",
        f"¥{grouped(content.late_fee_due(paper.lines))}",
        f"¥{grouped(owed)}",
        f"人民币{capital(owed)}",
        "2026年12月3日前",
        paper.community.late_fee_clause,
        paper.community.contract_number,
        "《中华人民共和国民法典》第九百四十四条",
        "每日1‰",
        paper.office.company,
        paper.office.licence,
        "".join(paper.office.bank_account.split()),
        paper.office.bank_name,
        paper.office.phone,
        "2026年11月30日前",
    ):
        assert field in found
    for label in (
        "签收人",
        "与业主关系",
        "证件号后四位",
        "签收时间",
        "拒收事由",
        "见证人",
        "送达人",
        "送达方式",
    ):
        assert label in found


def test_a_later_notice_names_the_one_before() -> None:
    found = reading.joined(render(papers.demand(1, "firm")))
    assert "前次通知（编号CJ-2026-000045）已于2026年11月5日送达" in found
    first = reading.joined(render(papers.demand(1, "courteous")))
    assert "前次通知（编号" not in first


def test_the_working_is_exact_and_rounded_once() -> None:
    paper = papers.demand(1)
    line = paper.lines[0]
    assert [part.micro for part in paper.segments] == [82_740 * 40 * 1000, 52_740 * 14 * 1000]
    found = reading.tidy(render(paper))
    assert "40 827.40 1‰ 33.0960" in found
    assert "14 527.40 1‰ 7.3836" in found
    assert f"40.4796 ≈ {grouped(line.late_fee)}，已收 10.00 {grouped(line.late_fee_due)}" in found


def test_a_capped_late_fee_says_so() -> None:
    paper = papers.demand(1, lines=(replace(papers.debt(1)[0][0], late_fee=1_500, late_fee_paid=0),))
    capped = replace(papers.debt(1)[1][0], micro=1_500 * 1_000_000)
    assert "已达约定上限" in reading.joined(render(replace(paper, segments=(capped,))))


@pytest.mark.parametrize("double", [60, 59])
def test_a_long_table_flows_over_pages_with_the_right_totals(double: int) -> None:
    paper = papers.demand(double, "strong")
    pdf = render(paper)
    found = reading.tidy(pdf)
    pages = reading.pages(pdf)
    assert pages > 3
    for number in range(1, pages + 1):
        assert f"第{number}页／共{pages}页" in found
    for line in paper.lines:
        assert found.count(f"{line.first}至{line.last}") >= 1
    sums = (sum(line.amount for line in paper.lines), sum(line.paid for line in paper.lines), 0)
    rest = (content.principal(paper.lines), content.late_fee_due(paper.lines), content.total(paper.lines))
    assert " ".join(["合计", *map(grouped, (*sums, *rest))]) in found
    assert found.count("收费项目 计费期间 应缴日 应收") >= 2, "the head is repeated"
    assert capital(content.total(paper.lines)) in found


def test_one_overdue_charge_takes_one_page() -> None:
    """Most notices are for one quarter: half the paper."""
    lines, segments = papers.debt(2)
    last = (replace(segments[-1], line=0),)
    for tone in ("courteous", "firm", "strong"):
        assert reading.pages(render(papers.demand(1, tone, lines=lines[1:], segments=last))) == 1


def test_a_period_billed_late_shows_its_own_late_fee_and_working() -> None:
    """Two quarters that are due already, as this period's own charges: the sum above is the sum of the table."""
    lines, segments = papers.debt(2)
    paper = papers.payment_notice(lines=lines, carried=(), segments=segments, prepayment=0)
    found = reading.tidy(render(paper))
    owed = content.total(lines)
    assert paper.total == owed == content.principal(lines) + content.late_fee_due(lines)
    rest = (content.principal(lines), content.late_fee_due(lines), owed)
    sums = (sum(line.amount for line in lines), sum(line.paid for line in lines), 0)
    assert " ".join(["合计", *map(grouped, (*sums, *rest))]) in found
    assert "违约金计算明细" in found and "106 527.40 1‰ 55.90440" in found


def test_the_working_of_carried_and_of_present_charges_is_one_table() -> None:
    lines, segments = papers.debt(2)
    paper = papers.payment_notice(lines=lines[1:], carried=lines[:1], segments=segments, prepayment=0)
    assert paper.late_lines == lines and paper.total == content.total(lines)
    assert reading.tidy(render(paper)).count("违约金计算明细") == 1


def test_what_to_pay_and_where_stands_on_the_first_page_of_a_bill() -> None:
    """Where its working would push that away, the working goes on an annex."""
    lines, segments = papers.debt(5)
    pages = reading.text(render(papers.payment_notice(carried=lines, segments=segments)), "-layout").split(
        "\f"
    )
    assert papers.OFFICE.bank_account in pages[0] and "附件" in pages[0]
    assert "附件：违约金计算明细" in pages[1]


def test_the_slip_hangs_on_the_first_page_and_its_back_is_empty() -> None:
    """Printed on both sides, a notice loses no word when the slip is torn off."""
    paper = papers.demand(20)
    found = reading.text(render(paper), "-layout").split("\f")
    assert "签收回执" in found[0]
    assert "此处留白，背面为签收回执" in found[1]
    assert all("签收人" not in page for page in found[1:])
    assert "签收回执" not in reading.joined(render(replace(paper, slip_url="")))


def test_a_receipt_lists_what_stays_unpaid_and_the_order_of_allocation() -> None:
    found = reading.joined(render(papers.receipt()))
    assert "本次收款不影响此前欠费的追收" in found
    assert "先冲抵各笔已到期本金" in found
    assert "微信支付" in found
    assert "人民币壹仟元整" in found
    everything_paid = reading.joined(render(papers.receipt(remaining=())))
    assert "账面没有尚未缴清的款项" in everything_paid


@pytest.mark.parametrize(
    ("order", "words"),
    [("late-fee-first", "每笔先冲抵违约金，后冲抵本金"), ("by-charge", "每笔先冲抵本金，后冲抵违约金")],
)
def test_a_receipt_prints_the_contracts_order(order: Order, words: str) -> None:
    assert words in reading.joined(render(papers.receipt(order=order, designated=True)))


def test_a_reversed_receipt_cannot_be_mistaken() -> None:
    found = reading.joined(render(papers.reversed_receipt()))
    assert "已红冲" in found
    assert "HC-2026-000002" in found
    assert "收款渠道录入错误" in found


def test_an_activation_letter_keeps_the_code_off_the_outside() -> None:
    """The upper third is the outside of the folded sheet."""
    outside = reading.text(render(papers.activation()), "-x", "0", "-y", "0", "-W", "595", "-H", "280")
    assert "7K2M" not in outside
    assert "王𬱟" in outside
    assert "7K2M-9QXT-4R8NA" in reading.joined(render(papers.activation()))


@pytest.mark.parametrize("name", waived.EVERY)
def test_no_paper_threatens_what_the_law_forbids(name: str) -> None:
    """law: no credit records, no cut-offs, no shaming, no employer or relatives; 1‰ rests on the contract."""
    promise = "我公司不会以停止供水、供电、供热、供燃气等方式"
    found = reading.joined(render(waived.EVERY[name])).replace(promise, "")
    for word in FORBIDDEN:
        assert word not in found


def test_texts_are_not_read_for_placeholders() -> None:
    paper = papers.named("{{合计}}{{公司}}")
    assert "{{合计}}{{公司}}" in reading.joined(render(paper))


def test_a_paper_of_several_rates_names_them() -> None:
    lines, segments = papers.debt(1)
    later = replace(segments[1], rate_ppm=500, micro=segments[1].micro // 2)
    late = (segments[0].micro + later.micro + 500_000) // 1_000_000
    paper = papers.demand(1, lines=(replace(lines[0], late_fee=late),), segments=(segments[0], later))
    assert "每日1‰、0.5‰" in reading.joined(render(paper))


@pytest.mark.parametrize("paper", waived.EVERY.values(), ids=waived.EVERY)
def test_the_foot_says_what_made_the_paper(paper: Paper) -> None:
    if not isinstance(paper, content.ActivationLetter):
        found = reading.joined(render(paper))
        assert f"模板{paper.template}·程序{''.join(paper.generator.split())}·账本校验码3f9a-77c1" in found


def test_a_demand_is_frozen_with_the_version_it_was_made_from() -> None:
    assert isinstance(papers.demand(), Demand)
    assert papers.demand().template == LATEST


def test_a_statement_adds_up_arrears_alone() -> None:
    """What is not due yet has a sum of its own, and so has what is settled."""
    paper = papers.statement()
    found = reading.tidy(render(paper))
    owed = content.total(paper.overdue)
    assert owed == content.total(papers.debt(4)[0])
    assert f"欠费合计大写 人民币{capital(owed)}" in found
    assert f"¥{grouped(owed)} ¥{grouped(papers.COMING.open)} ¥0.00" in found
    overdue, coming, settled = (
        found.index(f"\n{heading}\n") for heading in ("欠费明细", "未到期应缴", "已缴清")
    )
    assert overdue < found.index("2026-09-30 827.41") < coming
    assert coming < found.index("2026-12-31 827.40") < settled < found.index("2025-09-30 827.40")
    assert f"\n合计 827.40 27.40 0.00 {grouped(papers.COMING.open)}\n" in found


def test_what_is_due_on_the_papers_day_is_not_overdue() -> None:
    today = replace(papers.COMING, due=papers.TODAY)
    found = reading.joined(render(papers.statement(lines=(today,), segments=())))
    assert "欠费明细" not in found and "欠费合计大写人民币零元整" in found
    tomorrow = papers.statement(lines=(today,), segments=(), as_of=papers.TODAY + papers.DAY)
    assert "未到期应缴收费项目" not in reading.joined(render(tomorrow))


def test_a_statement_of_nothing_says_so() -> None:
    found = reading.joined(render(papers.statement(lines=(), segments=())))
    assert "没有应收记录" in found and "欠费明细" not in found


def test_a_receipt_speaks_of_no_arrears_where_nothing_is_overdue() -> None:
    paper = papers.receipt(remaining=(papers.COMING,))
    found = reading.joined(render(paper))
    assert "账面没有逾期未缴的款项。以下款项尚未到期" in found and "800.00" in found
    assert "欠" not in found and "尚未缴清" not in found
    due_today = replace(papers.COMING, due=paper.received)
    assert "欠" not in reading.joined(render(replace(paper, remaining=(due_today,))))


def test_a_receipt_sums_arrears_apart_from_what_is_not_due() -> None:
    paper = papers.receipt()
    found = reading.tidy(render(paper))
    before, after = found.split("以下款项尚未到期")
    assert grouped(content.total(papers.debt(2)[0])) in before
    assert f"0.00 {grouped(papers.COMING.open)}\n" in after
    assert grouped(content.total(paper.remaining)) not in found


def test_a_payment_notice_lists_earlier_bills_that_are_not_due_apart() -> None:
    carried, segments = papers.debt(2)
    earlier = replace(papers.COMING, period="2026年10月", due=papers.TODAY + papers.DAY)
    paper = papers.payment_notice(carried=(*carried, earlier), segments=segments)
    found = reading.tidy(render(paper))
    arrears = found.split("往期未缴\n")[1].split("往期出账、尚未到期")[0]
    assert grouped(content.total(carried)) in arrears and "2026年10月" not in arrears
    assert paper.total == content.total((*paper.lines, *carried, earlier)) - paper.prepayment


def test_a_demand_of_what_is_not_overdue_is_not_made() -> None:
    for line in (papers.COMING, replace(papers.COMING, due=papers.TODAY), papers.SETTLED):
        with pytest.raises(ValueError, match="lists what is overdue"):
            render(papers.demand(lines=(line,), segments=()))


@pytest.mark.parametrize("tone", ["firm", "strong", "formal"])
def test_the_days_overdue_are_those_of_the_oldest_open_principal(tone: Tone) -> None:
    """An older charge of which late fee alone is left has a row of its own, not the sentence."""
    lines, segments = papers.debt(2)
    paid = replace(lines[0], paid=lines[0].amount, overdue_days=40)
    assert [line.overdue_days for line in (paid, lines[1])] == [40, 54]
    both = papers.demand(lines=(replace(paid, overdue_days=99), lines[1]), segments=segments, tone=tone)
    assert "其中最早一笔未付本金已逾期54天" in reading.joined(render(both))
    working = tuple(part for part in segments if part.line == 0)
    alone = papers.demand(lines=(paid,), segments=working, tone=tone)
    assert "本金均已付清，尚欠违约金，其中最早一笔的本金在逾期40天后付清" in reading.joined(render(alone))


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        (LateFeeTerms(), "1‰计收违约金（滞纳金）至实际缴清之日；"),
        (LateFeeTerms(grace_days=3), "（应缴日后3日内缴清的不计违约金，逾此期限的自应缴日的次日起计）"),
        (
            LateFeeTerms(grace_days=5, grace_from="end", cap_ppm=1_000_000),
            "（应缴日后5日内不计违约金，自其届满的次日起计；每笔以应收金额的100%为限）",
        ),
        (LateFeeTerms(cap_fen=50_000), "（每笔以500.00元为限）"),
        (
            LateFeeTerms(cap_fen=50_000, since=date(2026, 1, 1)),
            "（2026年1月1日及以后到期的，每笔以500.00元为限）",
        ),
    ],
)
def test_a_bill_tells_grace_and_cap(terms: LateFeeTerms, says: str) -> None:
    """Whoever pays within the grace owes no late fee: a bill that threatens it is wrong."""
    sample = waived.EVERY["payment-notice"]
    assert isinstance(sample, PaymentNotice)
    paper = replace(sample, terms=terms)
    assert says in "".join(reading.tidy(render(paper)).split())


def test_the_office_names_its_own_ways_to_pay() -> None:
    sample = waived.EVERY["demand-formal"]
    paper = replace(sample, community=replace(sample.community, pay_channels="只收银行转账"))
    told = reading.tidy(render(paper))
    assert "只收银行转账" in told and "微信" not in told
