"""Invented people: names, numbers of a region that does not exist, and what a household tells the office."""

from datetime import date, timedelta
from random import Random

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶"
)
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰文辉建国宇轩浩然子涵梓怡思远佳慧喆堃垚昇镕"
_RARE = "㛃䶮𬱟𫘜"
_AREAS = ("88.56", "94.56", "98.50", "105.73", "118.20", "126.05", "144.96")


def household(random: Random) -> tuple[str, ...]:
    day = (date(2018, 7, 1) + timedelta(days=random.randrange(900))).isoformat()
    area = random.choice(_AREAS)
    if random.random() < 0.03:
        return ("空置（开发商）", "", "", "", area, "", "空置", "")
    co_owner = _name(random) if random.random() < 0.25 else ""
    name, phone = _name(random), f"1380000{random.randrange(10_000):04d}"
    return (
        name,
        co_owner,
        phone,
        _id_number(random),
        area,
        day,
        random.choice(("自住", "自住", "自住", "出租", "空关")),
        f"{phone}@example.com" if phone[-1] in "02468" else "",
    )


def _id_number(random: Random) -> str:
    """Of a region that does not exist."""
    year, month, day = random.randrange(1945, 2000), random.randrange(1, 13), random.randrange(1, 29)
    return f"990101{year}{month:02d}{day:02d}{random.randrange(10_000):04d}"


def _name(random: Random) -> str:
    given = "".join(random.choice(_GIVEN) for _ in range(random.choice((1, 2, 2))))
    if random.random() < 0.02:
        given += random.choice(_RARE)
    return random.choice(_SURNAMES) + given
