"""Mail as servers send it back: what the last of them said, and the mail itself or its headers alone."""

from email.message import EmailMessage

REPORT = """\
From: MAILER-DAEMON@mx.example.cn (Mail Delivery System)
To: bounces@example.cn
Subject: Undelivered Mail Returned to Sender
Message-ID: <20261123010203.4F3A@mx.example.cn>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="4F3A.1"

--4F3A.1
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.cn. I'm sorry to have to inform you.

--4F3A.1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.cn
Arrival-Date: Mon, 23 Nov 2026 01:02:03 +0800

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--4F3A.1
Content-Type: {kind}

{returned}
--4F3A.1--
"""

GONE = "smtp; 550 5.1.1 <{recipient}>: Recipient address rejected: User unknown"


def report(
    mail: EmailMessage,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = GONE,
    kind: str = "message/rfc822",
    without: tuple[str, ...] = (),
) -> bytes:
    """What comes back of the mail; `kind` says whether all of it does, `without` which of its headers got lost."""
    for name in without:
        del mail[name]
    whole = mail.as_bytes().decode("ascii", "surrogateescape")
    returned = whole if kind == "message/rfc822" else whole.partition("\n\n")[0] + "\n"
    recipient = str(mail["To"])
    told = diagnostic.format(recipient=recipient)
    text = REPORT.format(
        recipient=recipient, action=action, status=status, diagnostic=told, kind=kind, returned=returned
    )
    return text.encode("ascii", "surrogateescape")
