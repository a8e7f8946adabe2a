"""Handing mails over, to the town's own mail server: what it takes, what it refuses, and what nobody knows."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.mail import Mail
from integrations.mail.smtp import postman
from integrations.sandbox.books import Books
from integrations.sandbox.clock import Clock
from integrations.sandbox.mailbox import letters
from integrations.sandbox.mailbox.server import Mailbox
from tests.builders import NOON

SENDER = "lagniappe@house.example"
TEXT = "Grüße, שלום.\n.\n..two dots\n" + "https://house.example/desk#in=" + "x" * 200
MAIL = Mail(key="login-1f", to="sam@x.example", subject="Your way in", text=TEXT, at=NOON)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with served(Mailbox(Books(), Clock(), 0)) as box:
        yield box


@contextmanager
def served(box: Mailbox) -> Iterator[Mailbox]:
    box.start()
    try:
        yield box
    finally:
        box.close()
        box.books.close()


def carry(box: Mailbox, mail: Mail = MAIL, scheme: str = "smtp", **known: Any) -> None:
    postman(f"{scheme}://{known.pop('login', '')}127.0.0.1:{box.port}", SENDER, **known).carry(mail)


def there(box: Mailbox) -> list[dict[str, Any]]:
    with box.books.turn() as turn:
        return letters.mails(turn)


def let_fail(box: Mailbox, step: str, kind: str) -> None:
    with box.books.turn() as turn:
        turn.put("switches", letters.FAULTS, {"next": [{"step": step, "kind": kind}]})


def mailed(**changes: str) -> Mail:
    known = {"key": MAIL.key, "to": MAIL.to, "subject": MAIL.subject, "text": MAIL.text}
    return Mail(**known | changes, at=NOON)


def test_given_a_mail_when_carried_then_it_arrives_to_the_letter(box: Mailbox) -> None:
    carry(box)

    (mail,) = there(box)
    assert (mail["to"], mail["subject"], mail["text"].rstrip("\n")) == (MAIL.to, MAIL.subject, TEXT)
    assert mail["message_id"] == "<login-1f@house.example>"


def test_given_a_mail_in_two_shapes_that_one_can_leave_when_carried_then_both_arrive_with_the_way_out(
    box: Mailbox,
) -> None:
    leave = "https://house.example/no-more-stories/x"
    carry(box, mailed(html="<p>Grüße</p>", leave=leave))

    (mail,) = there(box)
    assert (mail["text"].rstrip("\n"), mail["html"].rstrip("\n"), mail["leave"]) == (TEXT, "<p>Grüße</p>", leave)


INJECTED = [
    {"to": "sam@x.example\r\nBcc: eve@evil.example"},
    {"to": "sam@x.example\nRCPT TO:<eve@evil.example>"},
    {"to": "sam@x.example, eve@evil.example"},
    {"to": "eve@evil.example,sam@x.example"},
    {"to": '"sam\r\n"@x.example'},
    {"to": "<sam@x.example> SIZE=1"},
    {"to": "Sam <sam@x.example>"},
    {"to": "sam@x.example\u202e"},
    {"to": "sаm@x.example"},  # of another alphabet
    {"to": "sam@localhost"},
    {"to": "@x.example"},
    {"to": ""},
    {"to": "s" * 65 + "@x.example"},
    {"subject": "Hello\r\nBcc: eve@evil.example"},
    {"subject": "Hello\nBcc: eve@evil.example"},
    {"key": "x>\r\nBcc: eve@evil.example"},
    {"leave": "https://x.example/>\r\nBcc: eve@evil.example"},
]


@pytest.mark.parametrize("odd", INJECTED, ids=range(len(INJECTED)))
def test_given_what_could_name_a_second_reader_when_carried_then_nobody_is_written_to(
    box: Mailbox, odd: dict[str, str]
) -> None:
    with pytest.raises(Rejected):
        carry(box, mailed(**odd))

    assert there(box) == []


def test_given_words_that_look_like_the_end_of_a_mail_when_carried_then_they_are_words(box: Mailbox) -> None:
    text = "Hello\r\n.\r\nMAIL FROM:<eve@evil.example>\r\nRCPT TO:<eve@evil.example>\r\nDATA\r\n"
    carry(box, mailed(text=text))

    (mail,) = there(box)
    assert mail["text"].splitlines() == text.splitlines()


@pytest.mark.parametrize(
    ("step", "kind", "problem"),
    [
        ("greeting", "421", Unavailable),
        ("greeting", "drop", Unavailable),
        ("ehlo", "drop", Unavailable),
        ("mail", "451", Unavailable),
        ("mail", "550", Rejected),
        ("rcpt", "450", Unavailable),
        ("rcpt", "550", Rejected),
        ("rcpt", "drop", Unavailable),
        ("data", "451", Unavailable),
        ("data", "554", Rejected),
    ],
)
def test_given_a_no_before_a_mail_was_taken_when_carried_then_it_is_known_whether_to_try_again(
    box: Mailbox, step: str, kind: str, problem: type[Exception]
) -> None:
    let_fail(box, step, kind)

    with pytest.raises(problem) as told:
        carry(box)
    assert "sam" not in str(told.value)
    assert there(box) == []


def test_given_the_last_answer_is_lost_when_carried_then_nobody_knows(box: Mailbox) -> None:
    let_fail(box, "taken", "drop")

    with pytest.raises(Uncertain):
        carry(box)
    assert len(there(box)) == 1


def test_given_nobody_listens_when_carried_then_it_did_not_happen(box: Mailbox) -> None:
    with served(Mailbox(Books(), Clock(), 0)) as gone:
        way = postman(f"smtp://127.0.0.1:{gone.port}", SENDER)

    with pytest.raises(Unavailable):
        way.carry(MAIL)


WRONG = [
    "smtp://mail.example",
    "smtp://10.0.0.1:25",
    "http://127.0.0.1",
    "smtps://",
    "smtps://user:se/cret@mail.example",
    "smtps://mail.example:99999",
    "mail.example",
]


@pytest.mark.parametrize("url", WRONG)
def test_given_an_address_that_cannot_be_meant_when_read_then_it_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="MAIL_URL") as told:
        postman(url, SENDER)
    assert not {"cret", "mail.example"} & set(str(told.value).split())


@pytest.mark.parametrize("sender", ["", "lagniappe", "a@b.example\r\nBcc: c@d.example", "A <a@b.example>"])
def test_given_a_sender_that_is_no_address_when_read_then_it_is_refused(sender: str) -> None:
    with pytest.raises(ValueError, match="MAIL_FROM"):
        postman("smtps://mail.example", sender)


def test_given_a_server_that_offers_no_tls_when_it_is_asked_for_then_nothing_is_said_to_it(box: Mailbox) -> None:
    with pytest.raises(Unavailable):
        carry(box, scheme="smtp+starttls", login="user:password@")

    assert there(box) == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, which only those trust who are told to."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    alone = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    signed = made.add_extension(alone, critical=False).sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(signed.public_bytes(pem) + secret)
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Mailbox]:
    """A mail server that speaks TLS once it is asked to."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with served(Mailbox(Books(), Clock(), 0, tls=tls)) as box:
        yield box


def test_given_a_server_that_is_trusted_when_carried_under_tls_then_it_arrives(
    secure: Mailbox, certificate: Path
) -> None:
    trusts = ssl.create_default_context(cafile=str(certificate))
    postman(f"smtp+starttls://localhost:{secure.port}", SENDER, trusts=trusts).carry(MAIL)

    assert len(there(secure)) == 1


def test_given_a_server_that_is_not_trusted_when_carried_then_nothing_is_said_to_it(secure: Mailbox) -> None:
    with pytest.raises(Unavailable):
        postman(f"smtp+starttls://user:password@localhost:{secure.port}", SENDER).carry(MAIL)

    assert there(secure) == []


def test_given_a_server_of_another_name_when_carried_then_nothing_is_said_to_it(
    secure: Mailbox, certificate: Path
) -> None:
    trusts = ssl.create_default_context(cafile=str(certificate))
    with pytest.raises(Unavailable):
        postman(f"smtp+starttls://127.0.0.1:{secure.port}", SENDER, trusts=trusts).carry(MAIL)

    assert there(secure) == []
