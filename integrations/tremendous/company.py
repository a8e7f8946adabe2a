"""Tremendous' row in the registry."""

from app.domain.gifts import GiftKind, Mode
from app.domain.ports import GiftVendor
from integrations import signatures
from integrations.http import Http
from integrations.tremendous import hooks
from integrations.tremendous.client import TremendousApi
from integrations.tremendous.vendor import BALANCE, Tremendous
from integrations.vendors import Ask, Told, Vendor, VendorLogin, by_its_key

_mode = by_its_key({"PROD_": Mode.LIVE, "TEST_": Mode.SANDBOX})
_ORIGIN, _SANDBOX = "https://api.tremendous.com", "https://testflight.tremendous.com"


def _open(http: Http, origin: str, login: VendorLogin) -> GiftVendor:
    api = TremendousApi(http, origin=origin, key=login.key)
    return Tremendous(api, mode=_mode(login), funding=login.options.get("funding") or BALANCE)


def _origin(login: VendorLogin) -> str:
    return _SANDBOX if _mode(login) is Mode.SANDBOX else _ORIGIN


TREMENDOUS = Vendor(
    called="Tremendous",
    kinds=frozenset({GiftKind.EGIFT}),
    asks=(
        Ask(
            name="key",
            label="API key",
            hint="It begins with PROD_, or with TEST_ in the sandbox, where nothing is really sent.",
            secret=True,
        ),
        Ask(
            name="funding",
            label="Funding source",
            hint="Leave it empty to pay from your balance.",
            needed=False,
        ),
    ),
    origin=_origin,
    mode=_mode,
    open=_open,
    told=Told(
        authentic=signatures.tremendous,
        references=hooks.references,
        wire=hooks.wire,
    ),
    deletes="Tremendous keeps names and e-mail addresses with its orders: please write to its support.",
)
