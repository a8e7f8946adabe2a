"""Where parcels go. Level 2 of protected data: read at the moment of use, handed on, never kept."""

from datetime import datetime

from app.domain import deliveries
from app.domain.addresses import Address
from app.domain.deliveries import Buyer, Delivery, Door, Parcel, Validity
from integrations.shopify import reading
from integrations.shopify.answers import Json
from integrations.shopify.client import AdminApi

_VALIDITY = {"NO_ISSUES": Validity.GOOD, "WARNING": Validity.ODD, "ERROR": Validity.BAD}
_CAME_BACK = {"NOT_DELIVERED", "FAILURE"}


def for_gift(api: AdminApi, *, customer_id: int | None, order_id: int | None) -> Delivery | None:
    """Return where something goes for that customer of that order, or for whoever of the two is named alone.

    None when they are gone, or the order is another's by now, as after two customers were made one.
    """
    if order_id is None:
        reply = api.ask("customer_delivery", {"id": reading.gid("Customer", customer_id or 0)})
        owner = reply.one("customer")
        reply.complete()
        return None if owner is None else deliveries.delivery(None, _buyer(owner))
    reply = api.ask("order_delivery", {"id": reading.gid("Order", order_id)})
    order = reply.one("order")
    if order is None:
        return None
    reply.complete()
    owner = order["customer"]
    if customer_id is not None and (owner or {}).get("id") != reading.gid("Customer", customer_id):
        return None
    if order["shippingAddress"] is None:
        return None
    return deliveries.delivery(_parcel(order, owner), Buyer() if owner is None else _buyer(owner))


def as_input(address: Address) -> Json:
    """Return the address as the store takes it; a whole name is parted before its last word, and reads the same."""
    first, _, last = address.name.rpartition(" ")
    said = {
        "firstName": first,
        "lastName": last,
        "company": address.company,
        "address1": address.street,
        "address2": address.street2,
        "city": address.city,
        "provinceCode": address.region,
        "zip": address.postcode,
        "countryCode": address.country,
        "phone": address.phone,
    }
    return {name: value for name, value in said.items() if value}


def _buyer(owner: Json) -> Buyer:
    home = owner["defaultAddress"]
    sent = (each for each in owner["orders"]["nodes"] if each["shippingAddress"] and each["cancelledAt"] is None)
    return Buyer(
        name=f"{owner['firstName'] or ''} {owner['lastName'] or ''}".strip(),
        home=None if home is None else _door(home, owner),
        parcels=tuple(_parcel(each, owner) for each in sent),
    )


def _parcel(order: Json, owner: Json | None) -> Parcel:
    arrived = (each["deliveredAt"] for each in order["fulfillments"])
    states = {each["displayStatus"] for each in order["fulfillments"]}
    return Parcel(
        to=_door(order["shippingAddress"], owner),
        ordered_at=datetime.fromisoformat(order["createdAt"]),
        delivered_at=max((datetime.fromisoformat(moment) for moment in arrived if moment), default=None),
        came_back=bool(states) and states <= _CAME_BACK,
    )


def _door(node: Json, owner: Json | None) -> Door:
    said = {name: value or "" for name, value in node.items()}
    # Few buyers leave a number with the parcel, and a florist will not drive without one.
    own = (owner or {}).get("defaultPhoneNumber") or {}
    address = Address(
        name=f"{said['firstName']} {said['lastName']}".strip(),
        company=said["company"],
        street=said["address1"],
        street2=said["address2"],
        city=said["city"],
        region=said["provinceCode"],
        postcode=said["zip"],
        country=said["countryCodeV2"],
        phone=said["phone"] or own.get("phoneNumber") or "",
    )
    return Door(address=address, validity=_VALIDITY.get(said["validationResultSummary"], Validity.UNKNOWN))
