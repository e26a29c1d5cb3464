"""What comes back by mail is read for what it says of a mail of ours; anything else is nothing, whoever wrote it."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.bounce import LARGEST, OUR_HEADER, read_report
from tests.post.returned import GONE, report

OURS = "<abc@example.cn>"


def mail() -> EmailMessage:
    message = EmailMessage()
    message["To"] = "wei@example.cn"
    message["Subject"] = "收据"
    message["Message-ID"] = OURS
    message[OUR_HEADER] = OURS
    message.set_content("正文")
    return message


class TestAReport:
    @pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
    def test_names_the_mail_and_says_why(self, kind: str) -> None:
        told = read_report(report(mail(), kind=kind))
        assert told and told.failed and told.no_such_address and told.message_ids == {OURS}
        assert told.words == "5.1.1 550 5.1.1 <wei@example.cn>: Recipient address rejected: User unknown"

    def test_knows_the_mail_by_our_own_header_where_a_server_gave_it_another_name(self) -> None:
        told = read_report(report(mail(), without=("Message-ID",)))
        assert told and told.message_ids == {OURS}

    def test_of_a_mail_that_bears_neither_is_about_nobodys(self) -> None:
        assert read_report(report(mail(), without=("Message-ID", OUR_HEADER))) is None

    def test_of_a_delay_is_no_failure(self) -> None:
        told = read_report(report(mail(), action="delayed", status="4.4.1"))
        assert told and not told.failed

    @pytest.mark.parametrize(
        ("status", "diagnostic", "told"),
        [
            ("5.1.1", GONE, True),
            ("5.0.0", "smtp; 550 No such user", True),
            ("5.4.4", "X-Postfix; Host or domain name not found", True),
            ("5.2.2", "smtp; 552 5.2.2 mailbox full", False),
            ("5.7.1", "smtp; 550 5.7.1 relaying denied", False),
            ("5.0.0", "smtp; 554 5.7.1 looks like spam", False),
            ("4.4.7", "X-Postfix; delivery time expired", False),
            ("", "", False),
        ],
    )
    def test_blames_the_address_only_where_a_server_does(
        self, status: str, diagnostic: str, told: bool
    ) -> None:
        found = read_report(report(mail(), status=status, diagnostic=diagnostic))
        assert found and found.failed and found.no_such_address is told


class TestAnythingElse:
    def test_is_nothing(self) -> None:
        answer = mail()
        answer["In-Reply-To"] = OURS
        for data in (
            b"",
            b"\0" * 1000,
            answer.as_bytes(),
            "收据".encode("gb18030"),
            b"\xff\xfe: \xff\n\n\xff",
        ):
            assert read_report(data) is None

    def test_however_large_or_deep(self) -> None:
        deep = b"".join(
            b"Content-Type: multipart/report; boundary=b%d\n\n--b%d\n" % (each, each) for each in range(3000)
        )
        assert read_report(deep) is None
        assert read_report(b"Content-Type: message/rfc822\n\n" * 5000) is None
        assert read_report(report(mail()) + b"x" * LARGEST) is None

    def test_in_whatever_charset(self) -> None:
        data = report(mail(), diagnostic="smtp; 550 5.1.1 {recipient}")
        data = data.replace(b"us-ascii", b"no-such-charset").replace(b"rejected", b"\xff\xfe\x00")
        told = read_report(data.replace(b"5.1.1 wei", b"5.1.1 \xc3\x28\x1b[31m wei"))
        assert told and told.words.isprintable()

    @given(st.binary(max_size=300), st.integers(0, 1500))
    def test_cut_and_mixed_it_never_breaks_the_reader(self, junk: bytes, where: int) -> None:
        whole = report(mail())
        for data in (junk, whole[:where] + junk, whole[:where] + junk + whole[where:]):
            read_report(data)
