"""What a refund has come to: arrived, on its way, declined, or only written down."""

from app.domain.errors import Rejected
from app.domain.money import Money
from app.domain.ports import Receipt
from integrations.shopify import reading
from integrations.shopify.answers import Json

CREDIT_NOTE = "Given as store credit."
_ARRIVED, _MOVING = {"SUCCESS"}, {"PENDING", "AWAITING_RESPONSE", "UNKNOWN"}


def receipt(made: Json) -> Receipt:
    """Return the proof of a refund; raise Rejected when all of its payments failed."""
    reference = str(reading.number(made["id"]))
    if failed(made):
        raise Rejected("The payment provider declined it.")
    if _in(made, _MOVING):
        # No cost: what has not arrived may yet come back.
        return Receipt(reference=reference, pending=True)
    arrived = _in(made, _ARRIVED)
    if not arrived:
        return Receipt(reference=reference, remark=_unpaid(made))
    return Receipt(reference=reference, cost=_sum(arrived), remark=_remark(made, arrived))


def failed(made: Json) -> bool:
    """Return whether no part of it moved or will."""
    return bool(_back(made)) and not _in(made, _ARRIVED | _MOVING)


def _unpaid(made: Json) -> str:
    # Credit is no payment, and may stand on the order without one.
    if (made["note"] or "").startswith(CREDIT_NOTE):
        return ""
    return "It is on record, but names no payment: somebody must pay it out."


def _remark(made: Json, arrived: list[Json]) -> str:
    by_hand = next((each for each in arrived if each["manualPaymentGateway"]), None)
    if by_hand is not None:
        return f"The store only keeps a record of it: somebody must pay it out ({by_hand['gateway']})."
    if len(arrived) < len(_back(made)):
        return f"Only {_sum(arrived)} of it arrived; the payment provider declined the rest."
    return ""


def _sum(transactions: list[Json]) -> Money:
    amounts = [reading.money(each["amountSet"]) for each in transactions]
    return Money(minor=sum(each.minor for each in amounts), currency=amounts[0].currency)


def _in(made: Json, statuses: set[str]) -> list[Json]:
    return [each for each in _back(made) if each["status"] in statuses]


def _back(made: Json) -> list[Json]:
    return [each for each in made["transactions"]["nodes"] if each["kind"] == "REFUND"]
