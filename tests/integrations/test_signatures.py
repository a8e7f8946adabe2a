"""The three schemes, each held to a value that was not made by our own hand but by what signs there."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations import signatures, standard_webhooks
from integrations.companies import Call

SECRET = "not-a-real-secret"
BODY = b'{"ticket":{"id":"42"},"message":{"id":"7"}}'
MOMENT = "1780000000"
NOW = datetime.fromtimestamp(1780000000, UTC)
TREMENDOUS = "sha256=8e491b171e1de95918edaa37433a2efe213464f77a5fe3fb89ae1e6434697e44"
LOB = "f49df9718c881dbdea29c2d2d53d5cc94179356dc140098ca7efdf2b7efcc883"
SVIX_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"  # of the 24 bytes 0123456789abcdef01234567
SVIX = "v1,nadpCel0LC4toEp+zuJSQmNnF6giOLYwnsVFntQB4Gk="


def of_tremendous(signature: str = TREMENDOUS, body: bytes = BODY) -> Call:
    return Call(headers={signatures.TREMENDOUS: signature}, body=body)


def of_lob(signature: str = LOB, body: bytes = BODY, moment: str = MOMENT) -> Call:
    return Call(headers={signatures.LOB: signature, signatures.LOB_MOMENT: moment}, body=body)


def of_svix(signature: str = SVIX, body: bytes = BODY, moment: str = MOMENT) -> Call:
    headers = {signatures.SVIX_ID: "msg_1", signatures.SVIX_MOMENT: moment, signatures.SVIX: signature}
    return Call(headers=headers, body=body)


def test_given_the_body_of_the_vectors_when_counted_then_it_is_the_one_that_was_signed() -> None:
    assert len(BODY) == 43


def test_given_tremendous_vector_when_checked_then_it_is_theirs() -> None:
    assert signatures.tremendous(of_tremendous(), (SECRET,), NOW)


def test_given_lobs_vector_when_checked_then_it_is_theirs() -> None:
    assert signatures.lob(of_lob(), (SECRET,), NOW)


def test_given_svixs_vector_when_signed_then_it_is_the_same() -> None:
    assert standard_webhooks.sign(b"0123456789abcdef01234567", "msg_1", MOMENT, BODY) == SVIX


def test_given_svixs_vector_under_its_own_names_when_checked_then_it_is_theirs() -> None:
    assert signatures.svix(of_svix(), (SVIX_SECRET,), NOW)


@pytest.mark.parametrize("at", range(0, len(BODY) * 8, 41))
def test_given_one_bit_of_the_body_turned_when_checked_then_it_is_nobodys(at: int) -> None:
    turned = bytearray(BODY)
    turned[at // 8] ^= 1 << at % 8
    assert not signatures.tremendous(of_tremendous(body=bytes(turned)), (SECRET,), NOW)
    assert not signatures.lob(of_lob(body=bytes(turned)), (SECRET,), NOW)
    assert not signatures.svix(of_svix(body=bytes(turned)), (SVIX_SECRET,), NOW)


@pytest.mark.parametrize("secrets", [(), ("",), ("not-a-real-secreT",)])
def test_given_no_such_secret_when_checked_then_it_is_nobodys(secrets: tuple[str, ...]) -> None:
    assert not signatures.tremendous(of_tremendous(), secrets, NOW)
    assert not signatures.lob(of_lob(), secrets, NOW)


@pytest.mark.parametrize("apart", [timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1)])
def test_given_a_moment_too_far_away_when_checked_then_it_is_nobodys(apart: timedelta) -> None:
    assert not signatures.lob(of_lob(), (SECRET,), NOW + apart)
    assert not signatures.svix(of_svix(), (SVIX_SECRET,), NOW + apart)


@pytest.mark.parametrize(
    "moment", ["", "0", "1780000001", "-1780000000", "1780000000.0", "１７８００００００", "9" * 40]
)
def test_given_another_moment_when_checked_then_it_is_nobodys(moment: str) -> None:
    assert not signatures.lob(of_lob(moment=moment), (SECRET,), NOW)


def test_given_a_signature_without_its_scheme_when_checked_then_it_is_nobodys() -> None:
    assert not signatures.tremendous(of_tremendous(TREMENDOUS.removeprefix("sha256=")), (SECRET,), NOW)
