"""Reading and tagging customers."""

from app.domain.correspondents import telephone
from app.domain.errors import Rejected
from app.domain.ports import Receipt
from app.domain.tags import folded
from integrations.shopify import reading
from integrations.shopify.answers import Json
from integrations.shopify.client import AdminApi

_MOST_TAGS = 250  # the store's own limit per customer


def by_email(api: AdminApi, email: str) -> int | None:
    """Return the one customer of exactly this e-mail, in any case; None when there is none, or more than one."""
    wanted = email.strip().lower()
    # Inside quotes only these two mean anything to the search, and no shopper's address has them.
    if not wanted or '"' in wanted or "\\" in wanted:
        return None
    reply = api.ask("customers_by_email", {"query": f'email:"{wanted}"'})
    nodes = (reply.one("customers") or {"nodes": []})["nodes"]
    reply.complete()
    matches = [reading.number(node["id"]) for node in nodes if _email(node) == wanted]
    return matches[0] if len(matches) == 1 else None


def by_phone(api: AdminApi, phone: str) -> int | None:
    """Return the one customer of exactly this number in E.164; None too where telephones are denied to us."""
    wanted = telephone(phone)
    if wanted is None:
        return None
    nodes = (api.ask("customers_by_phone", {"query": f'phone:"{wanted}"'}).one("customers") or {"nodes": []})["nodes"]
    matches = [reading.number(node["id"]) for node in nodes if _phone(node) == wanted]
    return matches[0] if len(matches) == 1 else None


def emails(api: AdminApi, customer_id: int) -> tuple[str, ...]:
    """Return the customer's e-mail addresses, in lower case; none for a customer who left none, or was erased."""
    reply = api.ask("customer_contact", {"id": reading.gid("Customer", customer_id)})
    node = reply.one("customer")
    reply.complete()
    email = _email(node or {})
    return (email,) if email else ()


def has_tag(api: AdminApi, customer_id: int, *, tag: str) -> bool | None:
    """Return whether the customer bears the tag, in any case; None of who is no longer there."""
    theirs = _tags(api, customer_id)
    return None if theirs is None else folded(tag) in theirs


def tags(api: AdminApi, customer_id: int) -> frozenset[str]:
    """Return the customer's tags, folded; none for a customer who is no longer there."""
    return _tags(api, customer_id) or frozenset()


def _tags(api: AdminApi, customer_id: int) -> frozenset[str] | None:
    reply = api.ask("customer_tags", {"id": reading.gid("Customer", customer_id)})
    customer = reply.one("customer")
    reply.complete()
    return None if customer is None else frozenset(map(folded, customer["tags"]))


def tag(api: AdminApi, customer_id: int, *, tag: str, present: bool) -> Receipt:
    """Add or remove one tag; a tag that is as wanted is left alone, for writing it would raise webhooks again."""
    gid = reading.gid("Customer", customer_id)
    customer = api.ask("customer_tags", {"id": gid}).one("customer")
    if customer is None:
        raise Rejected("The customer no longer exists in the store.")
    borne = set(map(folded, customer["tags"]))
    if (folded(tag) in borne) is present:
        return Receipt(reference=gid, remark="It was so already.")
    if present and len(borne) >= _MOST_TAGS:
        raise Rejected(f"The customer has {_MOST_TAGS} tags already; the store takes no more.")
    document, mutation = ("tags_add", "tagsAdd") if present else ("tags_remove", "tagsRemove")
    api.do(document, {"id": gid, "tags": [tag]}).payload(mutation)
    return Receipt(reference=gid)


def _email(node: Json) -> str:
    contact = node.get("defaultEmailAddress") or {}
    return (contact.get("emailAddress") or "").strip().lower()


def _phone(node: Json) -> str | None:
    return telephone((node.get("defaultPhoneNumber") or {}).get("phoneNumber") or "")
