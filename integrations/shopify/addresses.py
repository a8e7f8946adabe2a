"""Where parcels go. Level 2 of protected data: read at the moment of use, handed on, never kept."""

from app.domain.addresses import Address
from integrations.shopify import reading
from integrations.shopify.answers import Json
from integrations.shopify.client import AdminApi


def of_order(api: AdminApi, order_id: int) -> Address | None:
    """Return where the order's parcel goes; None when it has no parcel."""
    node = _delivery(api, order_id)
    return _address(node["shippingAddress"], node["customer"]) if node and node["shippingAddress"] else None


def for_gift(api: AdminApi, customer_id: int, *, order_id: int | None) -> Address | None:
    """Return where that order of the customer went, else where they live.

    None when the customer is gone, or the order is another's by now, as after two customers were made one.
    """
    gid = reading.gid("Customer", customer_id)
    if order_id is not None:
        node = _delivery(api, order_id)
        theirs = node is not None and (node["customer"] or {}).get("id") == gid
        return (
            _address(node["shippingAddress"], node["customer"]) if node and theirs and node["shippingAddress"] else None
        )
    reply = api.ask("customer_delivery", {"id": gid})
    customer = reply.one("customer")
    reply.complete()
    return _address(customer["defaultAddress"], customer) if customer and customer["defaultAddress"] else None


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


def _delivery(api: AdminApi, order_id: int) -> Json | None:
    reply = api.ask("order_delivery", {"id": reading.gid("Order", order_id)})
    node = reply.one("order")
    if node is not None:
        reply.complete()
    return node


def _address(node: Json, customer: Json | None) -> Address:
    said = {name: value or "" for name, value in node.items()}
    # Few buyers leave a number with the parcel, and a florist will not drive without one.
    own = (customer or {}).get("defaultPhoneNumber") or {}
    return Address(
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
