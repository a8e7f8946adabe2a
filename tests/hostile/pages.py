"""Who looks, where they look, and what they type: 401 and a way to ask again, 400 and no way elsewhere, 404 and 422."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from integrations.sandbox.town import PRACTICE_SHOP
from tests.hostile.case import CANARY, OTHER_SHOP, SECRET, Page, only

LEFT_OUT = object()
Recipe = Callable[[dict[str, object]], str]  # makes a header's text of what a good token of this minute says


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A proof that is none."""

    number: int
    name: str
    recipe: Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A path or a form with @id@ in it, where somebody puts another shop's; `of` says whose id that is."""

    number: int
    name: str
    path: str
    of: str
    form: dict[str, str] | None = None
    expects: int = 404

    def filled(self, number: str) -> dict[str, str] | None:
        """Return the form about this id."""
        return None if self.form is None else {name: text.replace("@id@", number) for name, text in self.form.items()}


def _part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def token(claims: dict[str, object], *, alg: str = "HS256", digest: str = "sha256", key: str = SECRET) -> str:
    """Write a token by hand: a library would refuse to write most of these."""
    said = {name: value for name, value in claims.items() if value is not LEFT_OUT}
    signed = f"{_part({'alg': alg, 'typ': 'JWT'})}.{_part(said)}"
    mac = b"" if alg == "none" else hmac.digest(key.encode(), signed.encode(), digest)
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _claims(**changes: object) -> Recipe:
    return lambda good: f"Bearer {token(good | changes)}"


def _later(good: dict[str, object], **seconds: int) -> dict[str, object]:
    return good | {name: int(str(good[name])) + more for name, more in seconds.items()}


def _at(**seconds: int) -> Recipe:
    return lambda good: f"Bearer {token(_later(good, **seconds))}"


def _worn(shape: str) -> Recipe:
    return lambda good: shape.format(token(good))


def _from(host: str) -> Recipe:
    return _claims(dest=f"https://{host}", iss=f"https://{host}/admin")


PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"
_RECIPES: tuple[tuple[int, str, Recipe], ...] = (
    (95, "signed by nobody, and says so", lambda good: f"Bearer {token(good, alg='none')}"),
    (
        95,
        "signed, and says it is not",
        lambda good: f"Bearer {token(good, alg='none')}{token(good).rpartition('.')[2]}",
    ),
    (96, "another digest", lambda good: f"Bearer {token(good, alg='HS512', digest='sha512')}"),
    (96, "a public key for a secret", lambda good: f"Bearer {token(good, alg='RS256', key=PUBLIC_KEY)}"),
    (96, "an empty secret", lambda good: f"Bearer {token(good, key='')}"),
    (97, "no end", _claims(exp=LEFT_OUT)),
    (97, "an end in ten years", _at(exp=315_360_000)),
    (97, "an end beyond time", _claims(exp=10**30)),
    (97, "an end that is a text", _claims(exp="4000000000")),
    (97, "over since an hour", _at(exp=-3_700, nbf=-3_700, iat=-3_700)),
    (98, "not yet", _at(exp=120, nbf=120, iat=120)),
    (98, "no beginning", _claims(nbf=LEFT_OUT)),
    (99, "another app's", _claims(aud="another-app")),
    (99, "for several apps", _claims(aud=["practice-client"])),
    (99, "for no app", _claims(aud=LEFT_OUT)),
    (100, "made in one shop for another", _claims(iss=f"https://{OTHER_SHOP}/admin")),
    (100, "made nowhere", _claims(iss=LEFT_OUT)),
    (101, "a look-alike", _from(f"{PRACTICE_SHOP}.evil.example")),
    (101, "a homograph", _from(PRACTICE_SHOP.replace("a", "а", 1))),
    (101, "without encryption", _claims(dest=f"http://{PRACTICE_SHOP}", iss=f"http://{PRACTICE_SHOP}/admin")),
    (101, "somebody before the host", _from(f"{PRACTICE_SHOP}@evil.example")),
    (101, "a port", _from(f"{PRACTICE_SHOP}:8443")),
    (102, "a shop that begins with a dash", _from("-x.myshopify.com")),
    (102, "a shop without a name", _from(".myshopify.com")),
    (103, "a person who is a number", _claims(sub=42)),
    (103, "a shop that is a number", _claims(dest=7)),
    (103, "a shop that is a list", _claims(dest=[f"https://{PRACTICE_SHOP}"])),
    (103, "nothing but a list", lambda _good: f"Bearer {token({}).replace(_part({}), _part([]))}"),
    (104, "a small b", _worn("bearer {}")),
    (104, "another scheme", _worn("Basic {}")),
    (104, "two tokens", _worn("Bearer {0}, Bearer {0}")),
    (104, "two tokens in one", _worn("Bearer {0} {0}")),
    (104, "a token of 9 KB", lambda good: f"Bearer {token(good | {'more': 'x' * 9_000})}"),
    (104, "dots", lambda _good: "Bearer ..."),
    (104, "no base64", lambda _good: "Bearer é.é.é"),
    (104, "a word and no token", lambda _good: "Bearer"),
)
TOKENS = tuple(Token(number=number, name=name, recipe=recipe) for number, name, recipe in _RECIPES)


def _address(number: int, name: str, path: str) -> Page:
    return Page(number=number, name=name, path=path, expects=only(400))


def _form(number: int, name: str, field: str, text: str, *, says: str = "") -> Page:
    return Page(
        number=number,
        name=name,
        path="/settings",
        form={field: text},
        expects=only(422),
        says=says or f'id="{field}-wrong"',
    )


ELSEWHERE = (
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "https://evil.example/",
    "/%2f/evil.example",
    "/\t/evil.example",
    "/ledger\r\nX-Odd: 1",
)
MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n1\r\n'
ODD_FORMS: tuple[tuple[str, bytes, str], ...] = (
    ("of ten thousand parts", b"".join(PART % (b"p%d" % n) for n in range(10_000)) + b"--x--", MULTIPART),
    ("in parts without a boundary", PART % b"edition" + b"--x--", "multipart/form-data"),
    ("in parts that never end", PART % b"edition", MULTIPART),
    (
        "with a file in it",
        b'--x\r\nContent-Disposition: form-data; name="edition"; filename="../../x"\r\n\r\n1\r\n--x--',
        MULTIPART,
    ),
    ("in JSON", b'{"team_monthly_minor":"1"}', "application/json"),
    ("of no type", b"\xff\xfe\x00", "x"),
    (
        "of bytes that are no text",
        b"team_monthly_minor=%ff%fe&edition=%00&%ff=%ff",
        "application/x-www-form-urlencoded; charset=utf-7",
    ),
    ("of a hundred thousand ampersands", b"&" * 100_000, "application/x-www-form-urlencoded"),
    ("of half a percent sign", b"team_monthly_minor=%&edition=%zz", "application/x-www-form-urlencoded"),
)
BOUNCE = "/session-token-bounce?shopify-reload="
POOL, SHARE = "team_monthly_minor", "special_customer.percentile"

WAY = "/consents/gorgias/back"
PAGES = (
    *(Page(number=168, name=f"a way back with {query[:20]!r}", path=f"{WAY}?{query}", expects=only(403)) for query in ("", "state=a&code=b", f"state={'x' * 5_000}", "state=%00&code=%00", "error=access_denied")),
    Page(number=168, name="a way back from no helpdesk", path="/consents/nobody/back?state=a&code=b", expects=only(404)),
    Page(number=169, name="a way that a stranger's page begins", path="/consents/start", form={"trip": CANARY}, expects=only(403)),
    *(_address(105, f"the shop {shop}", f"/?shop={quote(shop)}") for shop in ("x.myshopify.com.evil.com", "x.evil.com", "")),
    *(_address(106, f"the shop {shop[:20]}", f"/ledger?shop={quote(shop)}") for shop in ("x#@evil", "x" * 5_000, "é.myshopify.com", f"{PRACTICE_SHOP}&shop=evil.com")),
    _address(106, "two shops, one of them none", f"/?shop={PRACTICE_SHOP}&shop=x.evil.com"),
    *(_address(107, f"the host {host}", f"/?host={quote(host)}") for host in ("%%%", "a", "", "/////w==", "é")),
    *(_address(108, f"a way back to {page!r}", f"{BOUNCE}{quote(page, safe='')}") for page in ELSEWHERE),
    *(Page(number=108, name=f"a press that leads back to {page!r}", path="/approve-all", form={"rule": "flowers", "seen": "1", "count": "0", "back": page}, expects=only(303)) for page in ELSEWHERE),
    _form(113, "an amount below nothing", POOL, "-1"),
    _form(113, "an amount beyond all amounts", POOL, "9" * 400),
    _form(113, "an amount with an exponent", POOL, "1e3"),
    _form(113, "an amount with a comma that may part its thousands", POOL, "12,345"),
    _form(113, "an amount finer than the currency", POOL, "0.001"),
    _form(113, "the digits of another script", POOL, "１２"),
    _form(113, "the digits of yet another", SHARE, "٥٠"),
    _form(113, "half a percent", SHARE, "50.5"),
    _form(113, "no number", POOL, "NaN"),
    _form(113, "5,000 digits", SHARE, "9" * 5_000),
    _form(115, "a rule without a gift", "nth_order_gift.variants", "0"),
    _form(116, "ten thousand orders", "nth_order_gift.ordinals", ",".join(map(str, range(1, 10_001)))),
    _form(116, "ten thousand gifts", "nth_order_gift.variants", "\n".join(map(str, range(1, 10_001)))),
    Page(number=116, name="ten thousand fields", path="/settings", form={f"rule.{n}": "x" for n in range(10_000)}, expects=only(413, 422)),
    *(Page(number=116, name=f"a form {name}", path="/settings", form=form, kind=kind, expects=only(400, 413, 415, 422)) for name, form, kind in ODD_FORMS),
    Page(number=116, name="a form of a megabyte", path="/settings", form={POOL: "9" * 1_000_000}, expects=only(413, 422)),
    Page(number=89, name="a tag with a comma", path="/settings", form={"special_customer.tag": "a,b"}, expects=only(422), says='id="special_customer.tag-wrong"'),
    Page(number=90, name="a tag that is too long", path="/settings", form={"special_customer.tag": "x" * 256}, expects=only(422), says='id="special_customer.tag-wrong"'),
    *(Page(number=111, name=f"a search for {words!r}", path=f"/ledger?q={quote(words)}&rule={quote(words)}&state={quote(words)}&before={quote(words)}&code={quote(words)}", expects=only(200, 414, 431)) for words in ("\x00", "' OR 1=1 --", "%", "9" * 400, "٣", "\u202e", "{{7*7}}", "a" * 5_000, CANARY)),
    *(Page(number=111, name=f"reasons for {words!r}", path=f"/decisions?code={quote(words)}&rule={quote(words)}", expects=only(200, 414, 431)) for words in ("\x00", "' OR 1=1 --", "9" * 400, "a" * 5_000)),
    *(Page(number=111, name=f"a row called {row!r}", path=f"/orders/{quote(row)}", expects=only(404)) for row in ("-1", "1e3", "9" * 19, "9" * 5_000, "\x00", "٣", "1.5")),
)  # fmt: skip


def _crossing(number: int, name: str, path: str, of: str, expects: int = 404, **form: str) -> Crossing:
    return Crossing(number=number, name=name, path=path, of=of, form=form or None, expects=expects)


CROSSINGS = (
    _crossing(109, "another shop's order", "/orders/@id@", "order"),
    _crossing(109, "another shop's customer", "/customers/@id@", "customer"),
    _crossing(109, "a copy that was made for another shop's customer", "/privacy/@id@/copy", "request"),
    *(_crossing(109, f"another shop's deed, to {act}", f"/effects/@id@/{act}", "effect", back="/") for act in ("approve", "decline", "withdraw", "did-not-happen")),
    _crossing(109, "another shop's deed, to say that it happened", "/effects/@id@/happened", "effect", reference="1"),
    _crossing(110, "another shop's customer, to be let alone", "/customers/@id@/let-alone", "customer", alone="1"),
    _crossing(111, "another shop's order, searched for", "/ledger?q=@id@", "order", 200),
    _crossing(111, "another shop's deed, to read on from", "/ledger?before=@id@", "effect", 200),
    _crossing(112, "another shop's deeds in one press", "/approve-all", "effect", 303, rule="flowers", seen="999999", count="9", effect_id="@id@", shop_id="1"),
    _crossing(112, "a file that somebody guesses at", "/privacy/@id@/copy.csv", "request"),
)  # fmt: skip
