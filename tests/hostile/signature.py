"""Who signs, and who only says so. Unsigned: 401, the same words for all, and nothing is kept."""

import base64
import hashlib
import hmac
import json

from integrations.sandbox.helpdesk import people
from tests.hostile.case import (
    BODY,
    CANARY,
    COMPLIANCE,
    HELPDESK,
    HOOK,
    OLDER_SECRET,
    SECRET,
    Call,
    instead,
    only,
    press,
    signature,
    signed,
    wire,
    without,
)

MAC = "X-Shopify-Hmac-Sha256"
GOOD = signature(BODY)
DIGEST = hmac.digest(SECRET.encode(), BODY, hashlib.sha256)
BOM = b"\xef\xbb\xbf"
WORDS = b"not signed by Shopify"
HELPDESK_WORDS = b"not from your helpdesk"


def _unsigned(number: int, name: str, mac: str, body: bytes = BODY) -> Call:
    sent = wire(instead(signed(), MAC, mac), body)
    return Call(number=number, name=name, sends=sent, expects=only(401), within=WORDS)


def _of_the_helpdesk(number: int, name: str, secret: str | None, path: str = HOOK) -> Call:
    headers = without(HELPDESK, "X-Lagniappe-Secret")
    borne = headers if secret is None else (*headers, ("X-Lagniappe-Secret", secret))
    sent = wire(borne, press(note=CANARY), path=path)
    return Call(number=number, name=name, sends=sent, expects=only(401), within=HELPDESK_WORDS)


CALLS = (
    Call(number=1, name="no signature", sends=wire(without(signed(), MAC)), expects=only(401), within=WORDS),
    Call(
        number=1,
        name="no signature, about a person's data",
        sends=wire(without(signed(topic="customers/redact"), MAC), path=COMPLIANCE),
        expects=only(401),
        within=WORDS,
    ),
    _of_the_helpdesk(1, "no secret, from the helpdesk", None),
    _unsigned(2, "an empty signature", ""),
    _of_the_helpdesk(2, "an empty secret, from the helpdesk", ""),
    _unsigned(3, "a signature cut short", GOOD[:-4]),
    _unsigned(3, "a signature without its padding", GOOD.rstrip("=")),
    _unsigned(3, "a signature of 5,000 characters", "A" * 5_000),
    _of_the_helpdesk(3, "a secret cut short, from the helpdesk", people.HOOK_SECRET[:-1]),
    _unsigned(4, "hex instead of base64", DIGEST.hex()),
    _unsigned(5, "URL-safe base64", base64.urlsafe_b64encode(b"\xfb\xff" + DIGEST[2:]).decode()),
    _unsigned(6, "a signature that is not ASCII", "é" * 44),
    _of_the_helpdesk(6, "a secret that is not ASCII, from the helpdesk", "é" * 24),
    Call(
        number=7,
        name="two signatures, a good and a bad one",
        sends=wire((*signed(), (MAC, signature(b"x")))),
        expects=only(400, 401),
    ),
    Call(number=7, name="the good signature twice", sends=wire((*signed(), (MAC, GOOD))), expects=only(400, 401)),
    Call(
        number=7,
        name="both families of headers, only the newer one good",
        sends=wire((*instead(signed(), MAC, signature(b"x")), ("Shopify-Hmac-Sha256", GOOD))),
        expects=only(401),
    ),
    _unsigned(8, "a no-break space behind the signature", f"{GOOD}\xa0"),
    _unsigned(8, "a space within the signature", f"{GOOD[:20]} {GOOD[20:]}"),
    _unsigned(8, "an escaped line break behind the signature", f"{GOOD}%0a"),
    # HTTP itself may take blanks around a value away: what is left is the signature.
    Call(number=8, name="blanks around the signature", sends=wire(instead(signed(), MAC, f"  {GOOD} \t ")), expects=only(200, 401)),
    _unsigned(9, "another secret", signature(BODY, "another-secret")),
    _unsigned(9, "no secret at all", signature(BODY, "")),
    _of_the_helpdesk(9, "another secret, from the helpdesk", "another-secret"),
    _of_the_helpdesk(9, "the right secret at an address that is nobody's", people.HOOK_SECRET, "/hooks/gorgias/nobodys"),
    Call(
        number=10,
        name="the older secret while it is rotated",
        sends=wire(instead(signed(), MAC, signature(BODY, OLDER_SECRET))),
        expects=only(200),
    ),
    _unsigned(11, "a secret that was revoked", signature(BODY, "practice-secret-of-last-year")),
    _unsigned(12, "one byte changed", GOOD, BODY.replace(b"note", b"nose")),
    _unsigned(12, "one blank more", GOOD, BODY + b" "),
    _unsigned(13, "the body written anew", GOOD, json.dumps(json.loads(BODY), indent=1).encode()),
    _unsigned(14, "a byte order mark in front", GOOD, BOM + BODY),
    _unsigned(15, "the body in another charset", GOOD, BODY.decode().encode("utf-16")),
)  # fmt: skip
