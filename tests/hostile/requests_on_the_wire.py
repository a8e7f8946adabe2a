"""HTTP bent in every way that one server reads otherwise than the next. Refused, or read in one way alone."""

import gzip
import zlib

from tests.hostile.case import (
    BODY,
    HELPDESK,
    HOOK,
    JSON,
    OTHER_SHOP,
    WEBHOOK,
    Call,
    Headers,
    instead,
    only,
    press,
    signature,
    signed,
    wire,
    without,
)

MB = 1024 * 1024
REFUSED = only(400, 413, 501)
BAD = only(400)
NOWHERE = only(400, 404, 405)
LENGTH = len(BODY)
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: smuggled.example\r\n\r\n"
CHUNKED = f"{LENGTH:x}\r\n".encode() + BODY + b"\r\n0\r\n\r\n"


def _length(name: str, *lengths: str) -> Call:
    headers = (*signed(), *(("Content-Length", each) for each in lengths))
    return Call(number=22, name=name, sends=wire(headers, length=""), expects=BAD, alone=True)


def _chunked(number: int, name: str, body: bytes, *more: tuple[str, str], expects: frozenset[int] = BAD) -> Call:
    headers = (*signed(), *more) if more else (*signed(), ("Transfer-Encoding", "chunked"))
    return Call(number=number, name=name, sends=wire(headers, body, length=""), expects=expects, alone=True)


def _asks(number: int, name: str, *more: tuple[str, str], expects: frozenset[int]) -> Call:
    head, _, body = wire(signed()).partition(b"\r\n\r\n")
    asked = "".join(f"\r\n{header}: {value}" for header, value in more).encode()
    plain = head.replace(b"\r\nConnection: close", b"") if "Connection" in dict(more) else head
    return Call(number=number, name=name, sends=plain + asked + b"\r\n\r\n" + body, expects=expects)


def _bomb(name: str, packed: bytes, coding: str) -> Call:
    # Signed as it came, never unpacked: what it would grow to is nobody's concern.
    headers = (*instead(signed(packed), "Content-Type", JSON), ("Content-Encoding", coding))
    return Call(number=25, name=name, sends=wire(headers, packed), expects=only(200, 415))


def _typed(number: int, name: str, kind: str | None, body: bytes = BODY) -> Call:
    headers = without(signed(body), "Content-Type")
    sent = headers if kind is None else (*headers, ("Content-Type", kind))
    return Call(number=number, name=name, sends=wire(sent, body), expects=only(200))


def _asked(number: int, name: str, path: str, *, host: str = "app.example", expects: frozenset[int] = NOWHERE) -> Call:
    return Call(
        number=number, name=name, sends=wire((), b"", method="GET", path=path, host=host, length=""), expects=expects
    )


def _raw(number: int, name: str, line: bytes, expects: frozenset[int] = BAD) -> Call:
    """Put a line of one's own among the headers of a good call."""
    head, _, body = wire(signed()).partition(b"\r\n\r\n")
    return Call(number=number, name=name, sends=head + b"\r\n" + line + b"\r\n\r\n" + body, expects=expects, alone=True)


UPGRADE = f"POST {WEBHOOK} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: {len(SMUGGLED)}\r\n\r\n".encode()
ONE = b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
MANY = ONE * 1_000
LAST = b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def _trailed(name: str, value: str) -> bytes:
    return f"{LENGTH:x}\r\n".encode() + BODY + f"\r\n0\r\n{name}: {value}\r\n\r\n".encode()


MAC = "X-Shopify-Hmac-Sha256"
FORM = b'--x\r\nContent-Disposition: form-data; name="id"\r\n\r\n1\r\n--x--\r\n'
TWIN: Headers = (("X_Shopify_Shop_Domain", OTHER_SHOP), ("X_Shopify_Topic", "app/uninstalled"))

CALLS = (
    Call(number=21, name="a body of 3 MB", sends=wire(signed(b"x" * 3 * MB), b"x" * 3 * MB), expects=only(413)),
    Call(number=21, name="a body of 3 MB that nobody signed", sends=wire((), b"x" * 3 * MB), expects=only(401, 413)),
    Call(number=21, name="a body of 3 MB from the helpdesk", sends=wire(HELPDESK, b"x" * 3 * MB, path=HOOK), expects=only(413)),
    Call(number=21, name="a body of 3 MB in chunks", sends=wire((*signed(), ("Transfer-Encoding", "chunked")), (b"100000\r\n" + b"x" * MB + b"\r\n") * 3 + b"0\r\n\r\n", length=""), expects=only(400, 401, 413)),
    Call(number=21, name="a length beyond all reason", sends=wire(signed(), length="9" * 30), expects=REFUSED, alone=True),
    # What was signed is not what was told: the rest is another call's, or nobody's.
    Call(number=22, name="a length too small", sends=wire(signed(), length=str(LENGTH - 1)), expects=only(400, 401)),
    Call(number=22, name="a length too large", sends=wire(signed(), length=str(LENGTH + 9)), expects=only(0, 400, 408), seconds=1.0),
    _length("a negative length", "-1"),
    _length("a length with a sign", f"+{LENGTH}"),
    _length("a length in hex", f"0x{LENGTH:x}"),
    _length("a length with an underscore", "1_0"),
    _length("a length in the digits of another script", "\xb2\xb3"),
    _length("two lengths", str(LENGTH), str(LENGTH + 1)),
    _length("two lengths in one", f"{LENGTH}, {LENGTH + 1}"),
    _chunked(23, "a length and chunks", CHUNKED, ("Content-Length", "4"), ("Transfer-Encoding", "chunked")),
    _chunked(23, "chunks and a length", CHUNKED, ("Transfer-Encoding", "chunked"), ("Content-Length", "4")),
    _chunked(23, "a call within the chunks' shadow", b"0\r\n\r\n" + SMUGGLED, ("Content-Length", str(5 + len(SMUGGLED))), ("Transfer-Encoding", "chunked")),
    _chunked(23, "chunks spelt otherwise", CHUNKED, ("Transfer-Encoding", "xchunked"), expects=only(400, 501)),
    _chunked(23, "chunks twice", CHUNKED, ("Transfer-Encoding", "chunked, chunked"), expects=only(400, 501)),
    _chunked(23, "chunks and something else", CHUNKED, ("Transfer-Encoding", "chunked, identity"), expects=only(400, 501)),
    _chunked(24, "a chunk of no number", b"zz\r\nabc\r\n0\r\n\r\n"),
    _chunked(24, "a chunk with a sign", b"+5\r\nabcde\r\n0\r\n\r\n"),
    _chunked(24, "a chunk of a negative length", b"-5\r\nabcde\r\n0\r\n\r\n"),
    _chunked(24, "a chunk longer than told", b"2\r\nabcdef\r\n0\r\n\r\n"),
    _chunked(24, "a chunk beyond all reason", b"f" * 40 + b"\r\nabc\r\n0\r\n\r\n", expects=REFUSED),
    _chunked(24, "a megabyte beside a chunk's length", f"{LENGTH:x};x={'x' * MB}\r\n".encode() + BODY + b"\r\n0\r\n\r\n", expects=only(200, 400, 413)),
    _chunked(24, "a hundred thousand chunks", b"".join(b"1\r\n%c\r\n" % byte for byte in b"x" * 100_000) + b"0\r\n\r\n", expects=only(401, 413)),
    Call(number=24, name="a signature behind the body", sends=wire((*without(signed(), MAC), ("Transfer-Encoding", "chunked"), ("Trailer", MAC)), _trailed(MAC, signature(BODY)), length=""), expects=only(400, 401)),
    _chunked(24, "good chunks", CHUNKED, expects=only(200)),
    _bomb("a gzip bomb of a hundred megabytes", gzip.compress(b"0" * 100 * MB, 9), "gzip"),
    _bomb("a deflate bomb of a hundred megabytes", zlib.compress(b"0" * 100 * MB, 9), "deflate"),
    _bomb("a bomb in nobody's packing", b"0" * 1_000, "br, gzip, zstd"),
    _typed(26, "no content type", None),
    _typed(26, "plain text", "text/plain"),
    _typed(26, "another charset", "application/json; charset=utf-7"),
    _typed(26, "a form by its type", "application/x-www-form-urlencoded"),
    _typed(26, "a type of 5,000 characters", f"application/{'x' * 5_000}"),
    _typed(27, "multipart", "multipart/form-data; boundary=x", FORM),
    _typed(27, "multipart without its boundary", "multipart/form-data", FORM),
    *(Call(number=28, name=f"{method} at the store's door", sends=wire(signed(), method=method), expects=only(400, 405, 501)) for method in ("GET", "PUT", "PATCH", "DELETE", "TRACE", "BREW")),
    *(Call(number=28, name=f"{method} at the helpdesk's door", sends=wire(HELPDESK, press(), path=HOOK, method=method), expects=only(400, 405, 501)) for method in ("GET", "PUT", "TRACE")),
    Call(number=28, name="CONNECT elsewhere", sends=b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", expects=only(400, 404, 405, 501)),
    Call(number=28, name="two calls, and then no HTTP", sends=ONE * 2 + b"\x16\x03\x01\r\n\r\n", expects=only(400, 404)),
    _asks(28, "to be told to go on", ("Expect", "100-continue"), expects=only(100, 200)),
    _asks(28, "something that nobody promises", ("Expect", "the-impossible"), expects=only(200, 417)),
    _asks(28, "to speak otherwise", ("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQAAP__"), expects=only(200, 400, 426)),
    Call(number=23, name="a call in the body of one who asks to speak otherwise", sends=UPGRADE + SMUGGLED, expects=BAD, alone=True),
    _asks(28, "to speak without end", ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Version", "13"), expects=only(200, 400, 426)),
    Call(number=28, name="another version's opening words", sends=b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", expects=only(0, 400, 404, 405, 505)),
    Call(number=28, name="a thousand calls in one breath", sends=MANY + LAST, expects=only(404)),
    Call(number=28, name="a thousand calls from somebody who hangs up at the first answer", sends=MANY * 10 + LAST, expects=only(404), hangs_up=True),
    Call(number=28, name="no HTTP at all", sends=b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", expects=only(0, 400)),
    Call(number=28, name="HTTP of no version", sends=b"POST /webhooks/shopify HTTP/9.9\r\nHost: a\r\n\r\n", expects=only(0, 400, 401, 405, 411, 501, 505)),
    Call(number=29, name="headers of 300 KB", sends=wire((*signed(), ("X-Much", "x" * 300 * 1024))), expects=only(400, 413, 431)),
    Call(number=29, name="ten thousand headers", sends=wire((*signed(), *((f"X-{n}", "x" * 20) for n in range(10_000)))), expects=only(400, 413, 431)),
    _asked(30, "an address of 9 KB", f"/healthz?{'x' * 9 * 1024}", expects=only(200, 400, 404, 414, 431)),
    _asked(30, "an address of 300 KB", f"/healthz?{'x' * 300 * 1024}", expects=only(400, 413, 414, 431)),
    _raw(31, "a NUL in a header", b"X-Odd: a\x00b"),
    _raw(31, "a NUL in a header's name", b"X-O\x00dd: a"),
    _raw(31, "a bare CR in a header", b"X-Odd: a\rX-Shopify-Topic: shop/redact"),
    _raw(31, "a bare LF between headers", b"X-Odd: a\nX-Shopify-Topic: shop/redact", expects=only(200, 400, 401)),
    _raw(31, "a blank before the colon", b"Content-Length : 3"),
    _raw(31, "a line without a colon", b"X-Odd"),
    _raw(32, "a header that goes on in the next line", b"X-Odd: a\r\n goes on"),
    _raw(32, "a signature that goes on in the next line", b"X-Shopify-Hmac-Sha256:\r\n AAAA", expects=only(400, 401)),
    _raw(33, "two hosts", b"Host: evil.example"),
    Call(number=33, name="no host", sends=b"GET /healthz HTTP/1.1\r\n\r\n", expects=only(200, 400)),
    _asked(33, "a host that is none", "/healthz", host="evil.example/../@x:y", expects=only(200, 400)),
    Call(number=34, name="a signature with underscores", sends=wire((*without(signed(), "X-Shopify-Hmac-Sha256"), ("X_Shopify_Hmac_Sha256", signature(BODY)))), expects=only(400, 401)),
    Call(number=34, name="a secret with underscores", sends=wire((("X_Lagniappe_Secret", dict(HELPDESK)["X-Lagniappe-Secret"]),), press(), path=HOOK), expects=only(400, 401)),
    Call(number=34, name="twins with underscores beside the real ones", sends=wire((*TWIN, *signed(), *TWIN)), expects=only(200, 400)),
    _asked(38, "out of the folder", "/static/../../app/config.py"),
    _asked(38, "out of the folder, escaped", "/static/%2e%2e/%2e%2e/app/config.py"),
    _asked(38, "out of the folder, escaped twice", "/static/%252e%252e/config.py"),
    _asked(38, "out of the folder, the other way round", "/static/..%5c..%5capp%5cconfig.py"),
    _asked(38, "an absolute file", "/static//etc/passwd"),
    _asked(38, "a NUL in the address", "/static/lagniappe.css%00.html"),
    _asked(39, "another host in the path", "//evil.example/", expects=only(302, 400, 404)),
    _asked(39, "another host in the path, escaped", "/%2f%2fevil.example/", expects=only(302, 400, 404)),
    _asked(39, "a back slash for a slash", "/\\evil.example/", expects=only(302, 400, 404)),
    _asked(39, "a whole address", "http://evil.example/session-token-bounce", expects=only(302, 400, 404)),
    _asked(39, "a slash within a number", "/orders/1%2f2"),
    Call(number=39, name="a slash at the end of the store's door", sends=wire(signed(), path=f"{WEBHOOK}/"), expects=NOWHERE),
    _asked(40, "a dot behind the host", "/ledger", host="app.example.", expects=only(302, 400)),
    _asked(40, "another host", "/ledger", host="evil.example", expects=only(302, 400)),
    _asked(40, "a port beyond all ports", "/ledger", host="app.example:99999", expects=only(302, 400)),
)  # fmt: skip
