"""Whom a frame's token vouches for: one user of one account, for one installation, once and soon."""

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.domain.helpdesk_setup import Voucher
from integrations.companies import Unvouched
from integrations.zendesk import frame_token

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
AUDIENCE = "https://acme.zendesk.com/api/v2/apps/installations/7.json"
MINUTE = 60


@cache
def pair(name: str) -> rsa.RSAPrivateKey:
    """Return somebody's keys, made once."""
    assert name
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def public(name: str) -> str:
    return pair(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def claims(**changes: Any) -> dict[str, Any]:
    moment = int(NOW.timestamp())
    usual = {
        "iss": "acme.zendesk.com",
        "aud": AUDIENCE,
        "sub": "https://acme.zendesk.com/api/v2/users/42.json",
        "iat": moment,
        "nbf": moment,
        "exp": moment + 5 * MINUTE,
        "jti": "one",
        "context": {"product": "support"},
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def token(**changes: Any) -> str:
    return jwt.encode(claims(**changes), pair("zendesk"), algorithm="RS256")


def read(text: str, now: datetime = NOW) -> tuple[str, str]:
    found = frame_token.read(Voucher(audience=AUDIENCE, key=public("zendesk")), text, now)
    return found.ref, found.once


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"sub": "42"},
        {"iss": "https://acme.zendesk.com"},
        {"nbf": None},
        {"sub": "https://acme.zendesk.com/api/v2/users/42"},
    ],
)
def test_given_a_token_for_our_frame_when_read_then_its_user_is_known(changes: dict[str, Any]) -> None:
    assert read(token(**changes))[0] == "42"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://acme.zendesk.com/api/v2/apps/installations/8.json"},
        {"aud": "https://evil.zendesk.com/api/v2/apps/installations/7.json"},
        {"aud": [AUDIENCE]},
        {"aud": None},
        {"iss": "evil.zendesk.com"},
        {"iss": None},
        {"exp": None},
        {"iat": None},
        {"exp": int(NOW.timestamp()) - 11},
        {"exp": int(NOW.timestamp()) + 61 * MINUTE},
        {"exp": str(int(NOW.timestamp()) + MINUTE)},
        {"iat": int(NOW.timestamp()) + 11},
        {"nbf": int(NOW.timestamp()) + 11},
        {"sub": None},
        {"sub": 42},
        {"sub": "lead@acme.example"},
        {"sub": "https://evil.zendesk.com/api/v2/users/42.json"},
        {"sub": "https://acme.zendesk.com/api/v2/users/42/../43.json"},
        {"sub": "٤٢"},
    ],
)
def test_given_claims_that_are_not_as_they_must_be_when_read_then_it_vouches_for_nobody(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(Unvouched):
        read(token(**changes))


def unsigned(header: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims()).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def by_public_key() -> str:
    """Return a token that is signed by what everybody knows, taken for a secret."""
    head, body, _ = unsigned({"alg": "HS256", "typ": "JWT"}).split(".")
    signed = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        f"{head}.{body}".encode(), public("zendesk").encode()
    )
    return f"{head}.{body}.{base64.urlsafe_b64encode(signed).decode().rstrip('=')}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b.c",
        "é",
        "x" * 10_000,
        lambda: unsigned({"alg": "none"}),
        lambda: unsigned({"alg": "NONE"}),
        lambda: unsigned({"alg": "RS256"}),
        lambda: unsigned({"alg": ["RS256"]}),
        by_public_key,
        lambda: jwt.encode(claims(), pair("somebody else"), algorithm="RS256"),
        lambda: jwt.encode(claims(), pair("zendesk"), algorithm="RS512"),
        lambda: token()[:-4] + "AAAA",
    ],
)
def test_given_what_the_helpdesk_did_not_sign_so_when_read_then_it_vouches_for_nobody(text: Any) -> None:
    with pytest.raises(Unvouched):
        read(text if isinstance(text, str) else text())


def test_given_two_tokens_when_told_apart_then_by_their_own_number_or_by_what_they_say() -> None:
    assert read(token())[1] == read(token(sub="43"))[1]
    assert read(token(jti="other"))[1] != read(token())[1]
    nameless = token(jti=None)
    assert read(nameless)[1] not in (read(token(jti=None, sub="43"))[1], read(token())[1])


def test_given_a_clock_that_is_a_little_off_when_read_then_it_does_no_harm() -> None:
    assert read(token(), NOW - timedelta(seconds=9))[0] == "42"
    assert read(token(), NOW + timedelta(minutes=5, seconds=9))[0] == "42"
