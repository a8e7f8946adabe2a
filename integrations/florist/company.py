"""Florist One's row in the registry."""

from app.domain.gifts import GiftKind
from app.domain.ports import GiftVendor
from integrations.addresses import on_this_machine
from integrations.florist import account as florist_account
from integrations.florist.client import FloristApi
from integrations.florist.vendor import FloristOne
from integrations.http import Http
from integrations.vendors import Ask, Vendor, VendorLogin, always_at, by_its_key

INVOICED, YES = "invoiced", "yes"
_ORIGIN = "https://www.floristone.com"


def _open(http: Http, origin: str, login: VendorLogin) -> GiftVendor:
    account = florist_account.read(f"{login.user}:{login.key}")
    sender = account.sender or (florist_account.PRACTICE_SENDER if on_this_machine(origin) else None)
    api = FloristApi(http, origin=origin, key=account.key, password=account.password)
    return FloristOne(api, sender=sender, invoiced=login.options.get(INVOICED) == YES)


FLORIST_ONE = Vendor(
    called="Florist One",
    kinds=frozenset({GiftKind.FLOWERS}),
    asks=(
        Ask(name="user", label="API key"),
        Ask(name="key", label="API password", secret=True),
        Ask(
            name=INVOICED,
            label="They invoice us",
            hint=f"“{YES}” where you have agreed so with them. Else a person of yours orders each bouquet there.",
            needed=False,
        ),
    ),
    origin=always_at(_ORIGIN),
    mode=by_its_key({}),  # their keys do not say
    open=_open,
    deletes="Florist One keeps recipients with its orders: please write to its support.",
)
