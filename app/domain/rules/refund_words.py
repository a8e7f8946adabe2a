"""A refund in words: exactly what is given back, and along which way."""

from app.domain.effects import RefundOrder
from app.domain.refunds import Way


def given_back(refund: RefundOrder) -> str:
    """Return "$40.00 of #1001 (1 × Season Box and $5.00 for shipping) as store credit", as far as it applies."""
    parts = [str(each) for each in refund.pieces]
    if refund.shipping is not None:
        parts.append(f"{refund.shipping} for shipping")
    *first, last = parts or [""]
    named = f"{', '.join(first)} and {last}" if first else last
    way = " as store credit" if refund.way is Way.CREDIT else ""
    return f"{refund.amount} of {refund.order_name}{f' ({named})' if named else ''}{way}"


def gives_back(refund: RefundOrder) -> str:
    """Return what an agent does with this act: credit is given, and only money is refunded."""
    return f"{'gives' if refund.way is Way.CREDIT else 'refunds'} {given_back(refund)}"


def stays(refund: RefundOrder) -> str:
    """Return what becomes of the goods; nothing where only the shipping goes back."""
    if refund.shipping == refund.amount and not refund.pieces:
        return "no return is needed"
    return "the customer keeps the item; no return is needed"
