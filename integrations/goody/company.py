"""Goody's row in the registry."""

from app.domain.gifts import GiftKind, Mode
from app.domain.ports import GiftVendor
from integrations import signatures
from integrations.goody import hooks
from integrations.goody.client import GoodyApi
from integrations.goody.vendor import Goody, Terms
from integrations.http import Http
from integrations.vendors import Ask, Told, Vendor, VendorLogin

_LIVE = "api.ongoody.com"
SANDBOX = "api.sandbox.ongoody.com"
# Their description and one of their pages call the sandbox differently. A key of ours goes to no fourth host.
_HOSTS = {_LIVE: Mode.LIVE, SANDBOX: Mode.SANDBOX, "sandbox.api.ongoody.com": Mode.SANDBOX}


def _host(login: VendorLogin) -> str:
    return login.options.get("host", "").strip().lower() or _LIVE


def _mode(login: VendorLogin) -> Mode:
    return _HOSTS.get(_host(login), Mode.UNKNOWN)


def _origin(login: VendorLogin) -> str:
    host = _host(login)
    return f"https://{host if host in _HOSTS else _LIVE}"


def _open(http: Http, origin: str, login: VendorLogin) -> GiftVendor:
    if _host(login) not in _HOSTS:
        raise ValueError(f"their hosts are {', '.join(_HOSTS)}")
    terms = Terms(card=login.options.get("card", ""), payment=login.options.get("payment", ""))
    return Goody(GoodyApi(http, origin=origin, key=login.key), mode=_mode(login), terms=terms)


GOODY = Vendor(
    called="Goody",
    kinds=frozenset({GiftKind.FLOWERS, GiftKind.PARCEL}),
    asks=(
        Ask(name="key", label="API key", secret=True),
        Ask(
            name="card",
            label="Greeting card",
            hint="Its number there. It is opened before your words, whatever they say: choose one for any occasion.",
        ),
        Ask(
            name="payment",
            label="Payment method",
            hint="Its number there. Leave it empty to pay with the first.",
            needed=False,
        ),
        Ask(
            name="host",
            label="Host",
            hint=f"Leave it empty; for a key of the sandbox, where nothing is really sent: {SANDBOX}.",
            needed=False,
        ),
    ),
    origin=_origin,
    mode=_mode,
    open=_open,
    told=Told(
        authentic=signatures.svix,
        references=hooks.references,
        setup="In Goody, under Webhooks, add {url} for all events of orders. It shows the secret that signs them.",
    ),
    asks_where=True,
    deletes="Goody keeps names, e-mail addresses and addresses with its orders: please write to its support.",
)
