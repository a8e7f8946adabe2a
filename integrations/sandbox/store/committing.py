"""Making an order edit true: lines, stock, parcels, mails, and the webhooks that tell of it."""

from integrations.sandbox import chronicle
from integrations.sandbox.books import Doc
from integrations.sandbox.store import payloads, sums
from integrations.sandbox.store.announcing import news_of
from integrations.sandbox.store.call import Call
from integrations.sandbox.store.order_book import new_parcel
from integrations.sandbox.store.projecting import changes, projected
from integrations.sandbox.store.wire import iso


def commit(call: Call, order: Doc, session: Doc) -> Doc:
    """Apply a session's changes to the order, write it down, and return it."""
    moved = changes(order, session)
    edited = projected(call.turn, call.shop, order, session)
    edited |= {"updated_at": iso(call.now), "revision": order["revision"] + 1}
    told = session["notify"]
    edited["mails"].append({"at": iso(call.now), "about": "order edited", "sent": told})
    if sums.outstanding(edited) > max(sums.outstanding(order), 0):
        edited["mails"].append({"at": iso(call.now), "about": "payment link", "sent": told})
    if session["additions"]:
        edited["fulfillment_orders"].append(new_parcel(call.turn))
    call.turn.put("orders", edited["id"], edited)
    _move_stock(call, edited, session, moved)
    _tell(call, edited, session, moved)
    return edited


def _move_stock(call: Call, order: Doc, session: Doc, moved: list[tuple[int, int]]) -> None:
    lines = {line["id"]: line for line in order["lines"]}
    for key, delta in moved:
        variant = call.turn.get("variants", lines[key]["variant_id"]) if lines[key]["variant_id"] else None
        if variant is not None and variant["tracked"] and (delta > 0 or session["restock"]):
            variant["stock"] -= delta
            call.turn.put("variants", variant["id"], variant)


def _tell(call: Call, order: Doc, session: Doc, moved: list[tuple[int, int]]) -> None:
    news = news_of(call)
    edit = session | {"app_id": order["app_id"]}
    news.tell("orders/edited", payloads.edit_payload(order, edit, moved))
    news.order("orders/updated", order)
    titles = {line["id"]: line["title"] for line in order["lines"]}
    text = ", ".join(f"{delta:+d} {titles[key]}" for key, delta in moved)
    chronicle.note(call.turn, call.now, "order.edited", f"{order['name']}: {text}", order_id=order["id"])
