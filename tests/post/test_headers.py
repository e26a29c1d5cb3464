"""What people typed, in the headers of a mail and in the talk with the server."""

from typing import Any

import pytest
from sqlalchemy import select

from billing.core.problem import Refused
from billing.flow import mail
from billing.store.base import writing
from billing.store.mail import Mail
from billing.store.people import Party
from tests.flow.town import ACTOR, Town
from tests.post.room import WEI, PostRoom
from tests.support.databases import on_sqlite
from tests.support.letterbox import Letterbox

BREAKS = ("\r\n", "\n", "\r", "\x0b", "\x0c", "\x00", "\x85", "\u2028", "\u2029")
SMUGGLED = "Bcc: evil@example.org"


@on_sqlite
class TestHeaders:
    """T-26: nothing that somebody typed begins a header, or a command, of its own."""

    def letter(self, town: Town, **parts: Any) -> mail.Letter:
        party = town.session.scalars(select(Party.id)).first()
        values = {"recipient": WEI, "subject": "收据", "body": "正文", **parts}
        return mail.Letter(town.community_id, "payment", 1, party or 0, **values)

    def refuses(self, room: PostRoom, **parts: Any) -> None:
        letter = self.letter(room.town, **parts)
        with pytest.raises(Refused), writing(room.town.session, room.town.community_id):
            mail.queue_mail(room.town.session, ACTOR, room.clock.now, letter, "key")
        assert room.all() == []

    def test_a_line_break_is_refused(self, room: PostRoom) -> None:
        file = {"sha256": "0" * 64, "name": "a.pdf", "media_type": "application/pdf"}
        for sign in BREAKS:
            self.refuses(room, subject=f"收据{sign}{SMUGGLED}")
            self.refuses(room, recipient=f"{WEI}{sign}{SMUGGLED}")
            for part in ("name", "media_type"):
                self.refuses(room, attachments=[file | {part: f"text/a{sign}{SMUGGLED}"}])

    def test_one_bare_address_and_nothing_else(self, room: PostRoom) -> None:
        for text in (
            "a@b.cn, c@d.cn",
            "A <a@b.cn>",
            "a@b.cn> SIZE=1",
            "<a@b.cn",
            "a b@c.cn",
            "张@例.cn",
            "a@b",
            "",
        ):
            self.refuses(room, recipient=text)

    def test_names_full_of_tricks_stay_names(self, room: PostRoom, town: Town, letterbox: Letterbox) -> None:
        tricks = (
            f"张\r\n{SMUGGLED}\r\n\r\n<script> =?utf-8?q?Bcc?= %0d%0a {{{{房号}}}}\r\n.\r\nMAIL FROM:<x@y.cn>"
        )
        with writing(town.session):
            party = town.session.scalars(select(Party).where(Party.name == "张伟")).one()
            party.name = tricks
            unit = town.unit("1-1-101")
            unit.note = tricks
        one = room.mail()
        room.send()
        assert room.state(one) == ("handed_over", 1)
        envelope, message = letterbox.taken[0], letterbox.mails[0]
        assert (envelope.rcpt_tos, letterbox.tries) == ([WEI], 1)
        assert set(message.keys()) == {
            *(
                "Content-Type",
                "MIME-Version",
                "Subject",
                "From",
                "To",
                "Date",
                "Message-ID",
                "Auto-Submitted",
                "X-Permille-Mail",
            ),
        }
        body = message.get_body()
        assert body and "\r\n.\r\nMAIL FROM:<x@y.cn>".replace("\r", "") in body.get_content().replace(
            "\r", ""
        )
        assert "{{房号}}" in body.get_content()

    def test_flask_mails_own_wall_stands_behind_ours(self, room: PostRoom, letterbox: Letterbox) -> None:
        """Were a line break in the books already, the mail would be refused, and the next one sent."""
        one, other = room.mail(), room.mail("1-1-102")
        with writing(room.town.session):
            bad = {name: getattr(one, name) for name in mail.Letter.__dataclass_fields__}
            bad["subject"] = f"收据\n{SMUGGLED}"
            row = Mail(
                **bad, message_id="<x@y>", key="x", actor=ACTOR, created_at=room.clock.now,
                next_try_at=room.clock.now,
            )  # fmt: skip
            room.town.session.add(row)
        room.send()
        assert room.state(row)[0] == "refused"
        assert len(letterbox.taken) == 2 and {room.state(each)[0] for each in (one, other)} == {"handed_over"}
