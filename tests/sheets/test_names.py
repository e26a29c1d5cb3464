"""Names of owners: taken apart where several stand together, and never changed into another name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.problem import Refused
from billing.sheets.names import is_placeholder, owner_kind, parse_names, parse_owner
from tests.sheets.making import attempt


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("魏轩轩、何伟", ("魏轩轩", "何伟")),
        ("魏轩轩,何伟，袁芳", ("魏轩轩", "何伟", "袁芳")),
        ("魏轩轩/何伟", ("魏轩轩", "何伟")),
        ("魏轩轩\n何伟", ("魏轩轩", "何伟")),
        ("王　伟", ("王伟",)),
        ("阿不都·热西提", ("阿不都·热西提",)),
        ("Ada  Low", ("Ada Low",)),
        ("张㛃、王𬱟、罗䶮", ("张㛃", "王𬱟", "罗䶮")),
        ("何伟、何伟", ("何伟",)),
        ("、，/", ()),
    ],
)
def test_names(text: str, names: tuple[str, ...]) -> None:
    assert parse_names(text) == names


def test_a_companys_name_is_one_name() -> None:
    assert parse_owner("示例（北京）商贸有限公司/一分店") == ("示例（北京）商贸有限公司/一分店",)
    assert parse_owner("Low, Ltd.") == ("Low, Ltd.",)


@pytest.mark.parametrize(
    ("name", "told", "kind"),
    [
        ("熊英", "", "person"),
        ("熊英", "个人", "person"),
        ("示例商贸有限公司", "", "company"),
        ("示例小学", "单位", "company"),
        ("示例村民委员会", "", "company"),
        ("Example Trading Co., Ltd", "", "company"),
        ("空置（开发商）", "", "developer"),
        ("未售", "", "developer"),
        ("示例置业有限公司", "开发商", "developer"),
        ("任中心", "", "person"),
        ("李银行", "", "person"),
    ],
)
def test_kinds_of_owner(name: str, told: str, kind: str) -> None:
    assert owner_kind(name, told) == kind


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("空置（开发商）", True),
        ("未售", True),
        ("Developer", True),
        ("示例开发商有限公司", False),
        ("开发商：示例置业集团", False),
        ("示例置业有限公司", False),
        ("王五", False),
    ],
)
def test_placeholders_for_an_owner(name: str, is_one: bool) -> None:
    assert is_placeholder(name) == is_one


@pytest.mark.parametrize("text", ["王\ue000伟", "王\ufffd", "长" * 101])
def test_a_name_no_paper_could_show_is_told(text: str) -> None:
    with pytest.raises(Refused):
        parse_names(text)


@given(st.text(max_size=40))
def test_any_text_is_names_or_refused(text: str) -> None:
    names = attempt(parse_owner, text)
    if isinstance(names, Refused):
        return
    assert names
    assert all(name == name.strip() for name in names)
    assert parse_owner(names[0])[0] == names[0]
