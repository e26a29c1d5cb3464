"""A setting that cannot work stops the program at its start, with a sentence that names it."""

from pathlib import Path

import pytest

from config import BadSetting, settings

MAIL = {"MAIL_SERVER": "mail.example.cn", "MAIL_DEFAULT_SENDER": "静园物业 <office@example.cn>"}


def read(tmp_path: Path, **environ: str) -> dict[str, object]:
    return settings({"INSTANCE_DIR": str(tmp_path), **environ})


def test_mail_has_the_port_of_its_kind(tmp_path: Path) -> None:
    assert read(tmp_path)["MAIL_SERVER"] == ""
    assert read(tmp_path, **MAIL)["MAIL_PORT"] == 25
    assert read(tmp_path, **MAIL, MAIL_USE_TLS="1")["MAIL_PORT"] == 587
    assert read(tmp_path, **MAIL, MAIL_USE_SSL="1")["MAIL_PORT"] == 465
    assert read(tmp_path, **MAIL, MAIL_USE_SSL="1", MAIL_PORT="994")["MAIL_PORT"] == 994


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"MAIL_DEFAULT_SENDER": ""}, "MAIL_DEFAULT_SENDER"),
        ({"MAIL_DEFAULT_SENDER": "静园物业"}, "MAIL_DEFAULT_SENDER"),
        ({"MAIL_DEFAULT_SENDER": "a\nBcc: x@y.cn <a@b.cn>"}, "MAIL_DEFAULT_SENDER"),
        ({"MAIL_USE_TLS": "1", "MAIL_USE_SSL": "1"}, "MAIL_USE_SSL"),
        ({"MAIL_USERNAME": "office"}, "MAIL_PASSWORD"),
        ({"MAIL_TIMEOUT": "soon"}, "MAIL_TIMEOUT"),
        ({"MAIL_BOUNCE_ADDRESS": "静园 <bounces@example.cn>"}, "MAIL_BOUNCE_ADDRESS"),
        ({"BOUNCE_MAILDIR": "no/such/folder"}, "BOUNCE_MAILDIR"),
    ],
)
def test_mail_that_could_not_go_out_stops_the_start(
    tmp_path: Path, wrong: dict[str, str], named: str
) -> None:
    with pytest.raises(BadSetting, match=named):
        read(tmp_path, **MAIL | wrong)


def test_mail_that_comes_back_is_read_from_a_maildir(tmp_path: Path) -> None:
    for inside in ("new", "cur", "tmp"):
        (tmp_path / "bounces" / inside).mkdir(parents=True)
    assert read(tmp_path, BOUNCE_MAILDIR=str(tmp_path / "bounces"))["BOUNCE_MAILDIR"] == tmp_path / "bounces"
    assert read(tmp_path)["BOUNCE_MAILDIR"] is None
