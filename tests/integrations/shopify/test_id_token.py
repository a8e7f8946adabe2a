"""Who an ID token is about, and everything that makes one prove nothing."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.shopify import id_token
from integrations.shopify.id_token import Unproven, Visitor

SECRET = "hush-test-secret-0123456789abcdef"
APP = "client-1"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
AT = int(NOW.timestamp())
SHOP = "https://demo-shop.myshopify.com"
LEFT_OUT = object()


def claims(**changes: object) -> dict[str, object]:
    """Return what Shopify puts into a token of this minute; LEFT_OUT takes a claim away."""
    usual: dict[str, object] = {
        "iss": f"{SHOP}/admin",
        "dest": SHOP,
        "aud": APP,
        "sub": "42",
        "exp": AT + 60,
        "nbf": AT,
        "iat": AT,
        "jti": "f8912129-1af6-4cad-9ca3-76b0f7621087",
        "sid": "aaea182f2732d44c23057c0fea584021a4485b2bd25d3eb7fd349313ad24c685",
    }
    return {name: value for name, value in (usual | changes).items() if value is not LEFT_OUT}


def part(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def token(content: object = None, *, header: object = None, secret: str = SECRET, digest: str = "sha256") -> str:
    """Write a token by hand: the library would refuse to write most of these."""
    signed = f"{part(header or {'alg': 'HS256', 'typ': 'JWT'})}.{part(claims() if content is None else content)}"
    return f"{signed}.{part(hmac.digest(secret.encode(), signed.encode(), digest))}"


def read(text: str, *, secrets: tuple[str, ...] = (SECRET,), now: datetime = NOW) -> Visitor:
    return id_token.read(text, secrets=secrets, client_id=APP, now=now)


def test_given_a_token_of_this_minute_when_read_then_it_says_who_looks() -> None:
    visitor = read(token())

    assert (visitor.shop, visitor.user_id) == ("demo-shop.myshopify.com", "42")
    assert visitor.expires_at == NOW + timedelta(seconds=60)


@pytest.mark.parametrize("shop", ["ab", "7-7", "a--b", "x" * 80])
def test_given_a_shop_with_an_odd_but_proper_name_when_read_then_it_is_that_shop(shop: str) -> None:
    at = f"https://{shop}.myshopify.com"

    assert read(token(claims(dest=at, iss=f"{at}/admin"))).shop == f"{shop}.myshopify.com"


def test_given_a_shop_in_capitals_when_read_then_it_is_the_same_shop() -> None:
    assert read(token(claims(dest="https://Demo-Shop.myshopify.com"))).shop == "demo-shop.myshopify.com"


def test_given_two_secrets_when_signed_with_the_older_then_it_is_read() -> None:
    assert read(token(secret="older"), secrets=("newer", "older")).user_id == "42"


@pytest.mark.parametrize("seconds", [-10, 69])
def test_given_clocks_a_few_seconds_apart_when_read_then_it_still_holds(seconds: int) -> None:
    assert read(token(), now=NOW + timedelta(seconds=seconds)).user_id == "42"


SHOPS = {
    "look-alike host": "https://demo-shop.myshopify.com.evil.com",
    "other domain": "https://demo-shop.evil.com",
    "fragment": "https://x#@demo-shop.myshopify.com",
    "user": "https://x@demo-shop.myshopify.com",
    "port": "https://demo-shop.myshopify.com:8443",
    "plain http": "http://demo-shop.myshopify.com",
    "leading dash": "https://-demo.myshopify.com",
    "trailing dash": "https://demo-.myshopify.com",
    "one letter": "https://a.myshopify.com",
    "no name": "https://.myshopify.com",
    "two labels": "https://demo.shop.myshopify.com",
    "homograph": "https://\u212aey.myshopify.com",
    "blank": "https:// demo-shop.myshopify.com",
    "newline": "https://demo-shop.myshopify.com\n",
    "no scheme": "demo-shop.myshopify.com",
    "endless": f"https://{'x' * 200}.myshopify.com",
}
CLAIMS: dict[str, dict[str, object]] = {
    **{f"no {name}": {name: LEFT_OUT} for name in claims()},
    **{f"{name} null": {name: None} for name in claims()},
    **{f"{name} empty": {name: ""} for name in claims()},
    **{f"dest: {name}": {"dest": at, "iss": f"{at}/admin"} for name, at in SHOPS.items()},
    "aud of another app": {"aud": "client-2"},
    "aud a list": {"aud": [APP]},
    "aud in capitals": {"aud": APP.upper()},
    "iss of another shop": {"iss": "https://other.myshopify.com/admin"},
    "iss plain http": {"iss": "http://demo-shop.myshopify.com/admin"},
    "dest a number": {"dest": 42},
    "dest a list": {"dest": [SHOP]},
    "sub a number": {"sub": 42},
    "sid a number": {"sid": 42},
    "jti an object": {"jti": {}},
    "exp 11 s ago": {"exp": AT - 11, "iat": AT - 60, "nbf": AT - 60},
    "exp in ten years": {"exp": AT + 10 * 365 * 86_400},
    "exp in six minutes": {"exp": AT + 360},
    "exp a text": {"exp": str(AT + 60)},
    "exp a fraction": {"exp": AT + 60.5},
    "exp true": {"exp": True},
    "exp negative": {"exp": -1},
    "exp beyond the calendar": {"exp": 10**15, "nbf": 10**15, "iat": 10**15},
    "exp beyond 64 bits": {"exp": 10**40},
    "nbf 11 s ahead": {"nbf": AT + 11},
    "iat 11 s ahead": {"iat": AT + 11},
    "nbf long ago": {"nbf": AT - 3_600},
    "iat long ago": {"iat": AT - 3_600},
    "iat a text": {"iat": "now"},
}
HEADERS: dict[str, object] = {
    "alg none": {"alg": "none", "typ": "JWT"},
    "alg HS512": {"alg": "HS512", "typ": "JWT"},
    "alg RS256": {"alg": "RS256", "typ": "JWT"},
    "alg in small letters": {"alg": "hs256"},
    "alg a number": {"alg": 256},
    "alg a list": {"alg": ["HS256"]},
    "no alg": {"typ": "JWT"},
    "kid a number": {"alg": "HS256", "kid": 7},
    "unknown critical part": {"alg": "HS256", "crit": ["exp"], "exp": 1},
    "payload apart": {"alg": "HS256", "b64": False, "crit": ["b64"]},
    "a list": ["HS256"],
    "a number": 256,
    "no JSON": b"{",
    "no text": b"\xff\xfe",
    "deep": b"[" * 1_500,
}
TOKENS = {
    "empty": "",
    "garbage": "garbage",
    "only dots": "..",
    "two tokens": f"{token()},{token()}",
    "four parts": f"{token()}.x",
    "no signature": token().rpartition(".")[0] + ".",
    "signature cut": token()[:-2],
    "one letter changed": token()[:-1] + ("A" if token()[-1] != "A" else "B"),
    "other claims under the signature": ".".join([token().split(".")[0], part(claims(sub="1")), token().split(".")[2]]),
    "other secret": token(secret="another"),
    "blank secret": token(secret=" "),
    "signed with SHA-512": token(digest="sha512"),
    "not ASCII": token() + "é",
    "endless": "e" * 100_000,
    "claims a list": token([claims()]),
    "claims twice": token(json.dumps(claims()).encode()[:-1] + b', "dest": "https://other.myshopify.com"}'),
    "claims with NaN": token(b'{"exp": NaN}'),
    "claims no JSON": token(b"{"),
    "claims deep": token(b"[" * 1_500),
    "claims no text": token(b"\xff"),
    **{f"claim {name}": token(claims(**change)) for name, change in CLAIMS.items()},
    **{f"header {name}": token(header=header) for name, header in HEADERS.items()},
}


@pytest.mark.parametrize("text", TOKENS.values(), ids=TOKENS)
def test_given_anything_wrong_with_it_when_read_then_it_proves_nothing(text: str) -> None:
    with pytest.raises(Unproven):
        read(text, secrets=(SECRET, " "))


def test_given_no_app_of_our_own_when_a_token_names_none_either_then_it_proves_nothing() -> None:
    with pytest.raises(Unproven):
        id_token.read(token(claims(aud="")), secrets=(SECRET,), client_id="", now=NOW)


def test_given_a_refused_token_when_told_why_then_nothing_of_it_is_repeated() -> None:
    with pytest.raises(Unproven) as told:
        read(token(claims(sub={"secret": "canary"}, aud="canary")))

    assert "canary" not in str(told.value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(header=st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "b64", "x"]), _JSON), changed=_JSON)
def test_given_any_header_and_any_claim_when_read_then_it_is_refused_or_true(header: Any, changed: Any) -> None:
    for name in claims():
        try:
            visitor = read(token(claims(**{name: changed}), header={"alg": "HS256"} | header))
        except Unproven:
            continue
        assert visitor.shop == "demo-shop.myshopify.com"
