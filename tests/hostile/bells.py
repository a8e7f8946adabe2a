"""Who rings a vendor's bell, and who only says so. Whatever comes in, one gift at most is looked at a little sooner."""

import json
from collections.abc import Iterable

from integrations.sandbox.lob import accounts as lob
from integrations.sandbox.lob import hooks as lob_hooks
from integrations.sandbox.tremendous import accounts as tremendous
from integrations.sandbox.tremendous import hooks as tremendous_hooks
from tests.hostile.case import CANARY, JSON, Call, Headers, only, wire

BELL = f"/vendors/tremendous/{tremendous.HOOK_TOKEN}"
LOBS = f"/vendors/lob/{lob.HOOK_TOKEN}"
WORDS = b"not from your vendor"
KB, MB = 1024, 1024 * 1024
LONG_AGO, FAR_AHEAD = "1780000000", "4102444800"  # moments of this year and of another century


def news(gift: object = "not-ours", **more: object) -> bytes:
    """Return what Tremendous says of a gift; of one that is nobody's."""
    resource = {"id": gift, "type": "orders"}
    said = {"event": "ORDERS.CREATED", "uuid": CANARY, "payload": {"resource": resource, **more}}
    return json.dumps(said).encode()


def proven(body: bytes, secret: str = tremendous.HOOK_SECRET) -> Headers:
    """Return the headers of a call that Tremendous makes."""
    return (("Content-Type", JSON), (tremendous_hooks.HEADER, tremendous_hooks.sign(secret, body)))


def by_lob(moment: str, body: bytes) -> Headers:
    """Return the headers of a call that Lob makes at that moment."""
    signature = lob_hooks.sign(lob.HOOK_SECRET, moment, body)
    return (("Content-Type", JSON), (lob_hooks.MOMENT, moment), (lob_hooks.HEADER, signature))


NEWS = news()
SIGNATURE = tremendous_hooks.sign(tremendous.HOOK_SECRET, NEWS)
PIECE = b'{"reference_id":"ltr_1"}'


def _turned_away(number: int, name: str, headers: Headers, body: bytes = NEWS, path: str = BELL) -> Call:
    sent = wire(headers, body, path=path)
    return Call(number=number, name=f"{name}, at a vendor's bell", sends=sent, expects=only(401), within=WORDS)


def _borne(name: str, *signatures: str) -> Call:
    return _turned_away(191, name, tuple((tremendous_hooks.HEADER, each) for each in signatures))


def _taken(number: int, name: str, *bodies: bytes) -> Iterable[Call]:
    for place, body in enumerate(bodies, start=1):
        which = f" ({place})" if len(bodies) > 1 else ""
        sent = wire(proven(body), body, path=BELL)
        yield Call(number=number, name=f"{name}, at a vendor's bell{which}", sends=sent, expects=only(200))


def _asked(number: int, name: str, *, method: str = "POST", path: str = BELL) -> Call:
    sent = wire(proven(NEWS), NEWS, method=method, path=path)
    return Call(number=number, name=name, sends=sent, expects=only(400, 404, 405, 501))


CALLS = (
    _turned_away(187, "a vendor whom nobody knows", proven(NEWS), path=f"/vendors/pigeon_post/{tremendous.HOOK_TOKEN}"),
    _turned_away(187, "a helpdesk", proven(NEWS), path=f"/vendors/gorgias/{tremendous.HOOK_TOKEN}"),
    _turned_away(187, "a vendor who never rings", proven(NEWS), path=f"/vendors/florist/{tremendous.HOOK_TOKEN}"),
    _turned_away(188, "a token that is nobody's", proven(NEWS), path="/vendors/tremendous/nobodys"),
    _turned_away(188, "another vendor's token", proven(NEWS), path=f"/vendors/tremendous/{lob.HOOK_TOKEN}"),
    _turned_away(188, "a token of 5,000 letters", proven(NEWS), path=f"/vendors/tremendous/{'x' * 5_000}"),
    _turned_away(188, "a token of odd letters", proven(NEWS), path="/vendors/tremendous/%00%ff%F0%9F%8C%B7"),
    _turned_away(189, "no proof", ()),
    _turned_away(189, "no moment", by_lob(LONG_AGO, PIECE)[2:], PIECE, LOBS),
    _turned_away(190, "another's secret", proven(NEWS, lob.HOOK_SECRET)),
    _turned_away(190, "no secret at all", proven(NEWS, "")),
    _turned_away(190, "another vendor's proof", by_lob(LONG_AGO, NEWS)),
    _borne("an empty proof", ""),
    _borne("a proof without its scheme", SIGNATURE.removeprefix("sha256=")),
    _borne("a proof in capitals", SIGNATURE.upper()),
    _borne("a proof cut short", SIGNATURE[:-1]),
    _borne("a proof that is not ASCII", "sha256=é\xff"),
    _borne("a proof of 5,000 letters", "sha256=" + "a" * 5_000),
    _borne("a good proof and a bad one", SIGNATURE, "sha256=" + "0" * 64),
    _turned_away(192, "one byte changed", proven(NEWS), NEWS.replace(b"not-ours", b"not-0urs")),
    _turned_away(192, "the body written anew", proven(NEWS), json.dumps(json.loads(NEWS), indent=1).encode()),
    _turned_away(193, "a moment long ago", by_lob(LONG_AGO, PIECE), PIECE, LOBS),
    _turned_away(193, "a moment still to come", by_lob(FAR_AHEAD, PIECE), PIECE, LOBS),
    _turned_away(193, "a moment that is none", by_lob("-1", PIECE), PIECE, LOBS),
    _turned_away(193, "a moment of 5,000 digits", by_lob("9" * 5_000, PIECE), PIECE, LOBS),
    _turned_away(193, "a moment in another script", (*by_lob(LONG_AGO, PIECE)[2:], (lob_hooks.MOMENT, "\xb2\xb3")), PIECE, LOBS),
    *_taken(194, "the same once more", NEWS, NEWS),
    _turned_away(195, "a body of 65 KB", proven(b"x" * 65 * KB), b"x" * 65 * KB),
    Call(number=195, name="a body of 3 MB, at a vendor's bell", sends=wire(proven(b"x" * 3 * MB), b"x" * 3 * MB, path=BELL), expects=only(401, 413)),
    *_taken(196, "another charset", NEWS.decode().encode("utf-16"), b"\xef\xbb\xbf" + NEWS, NEWS.replace(b"not", b"n\xff")),
    *(_asked(197, f"{method} at a vendor's bell", method=method) for method in ("GET", "PUT", "PATCH", "DELETE", "TRACE")),
    Call(number=198, name="half a body, at a vendor's bell", sends=wire(proven(NEWS), NEWS, path=BELL, length="4000"), expects=only(0, 400, 408), seconds=1.0),
    *_taken(199, "no object", b"", b"null", b"[]", b'"a text"', NEWS[:-1], NEWS * 2),
    *_taken(199, "too much", b"[" * 30_000, news("x" * 10_000), news(**{f"n{each}": each for each in range(4_000)})),
    *_taken(199, "an id that is none", *map(news, (None, 1, 1e999, True, [], {}, "", "../..", "a b", "a\x00b", "'; --"))),
    *_taken(200, "a gift that nobody knows", news("5999999999"), news("9" * 60)),
    _asked(201, "a slash behind a vendor's bell", path=f"{BELL}/"),
    _asked(201, "no token at a vendor's bell", path="/vendors/tremendous/"),
    _asked(201, "a slash within a token", path=f"{BELL}/more"),
)  # fmt: skip
