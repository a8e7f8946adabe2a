"""The batches and their orders: each reference once, the balance held at once and charged when a gift is taken up."""

from datetime import datetime
from uuid import uuid4

from app.domain.money import Money
from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.goody import catalogue
from integrations.sandbox.goody.accounts import BALANCE, PRACTICE_KEY
from integrations.sandbox.goody.catalogue import Price
from integrations.sandbox.goody.refusals import Refused, invalid
from integrations.sandbox.goody.wanted import Line, Wanted
from integrations.sandbox.switches import Switches

BATCHES, KIND = "goody_batches", "goody_orders"
USUAL = {
    "balance": 50_000_00,  # cents that nothing is held of
    "raise": "0",  # on top of their fee, in dollars
    "word": "",  # what every order's status is called instead
    "slow": False,  # batches wait until the town sends them
    "slow_mail": False,  # e-mails wait until the town lets them out
    "ship_cancelled": False,  # what is cancelled is sent all the same
    "other_words": False,  # a name that is taken is refused in words that say nothing
    "examples_names": False,  # prices are called as in their examples, and not as in their description
    "most_per_page": 100,
    "key": PRACTICE_KEY,
}
AT_ONCE = 10  # to so many they send while one waits
_TAX = 7  # in a hundred, where people live
_OPEN = ("created", "notified", "opened")


def by_reference(turn: Turn, reference: str | None) -> Doc | None:
    """Return the account's batch of that name, or None."""
    return None if reference is None else next(iter(turn.find(BATCHES, "reference", reference)), None)


def price(lines: list[Line], turned: Doc) -> Price:
    """Return what a cart costs today."""
    return catalogue.price(lines, on_top=Money.parse(turned["raise"], "USD").minor)


def place(turn: Turn, wanted: Wanted, *, switches: Switches, now: datetime) -> Doc:
    """Take the batch; raises Refused, and then nothing was taken."""
    turned = switches.now(turn)
    if by_reference(turn, wanted.reference) is not None:
        words = "Order batch could not be created" if turned["other_words"] else "Customer reference is already taken"
        raise invalid(words)
    cost, count = price(wanted.lines, turned), len(wanted.recipients)
    if wanted.payment == BALANCE:
        if turned["balance"] < cost.most * count:
            raise invalid("Your account balance is insufficient")
        switches.set(turn, balance=turned["balance"] - cost.most * count)
    batch: Doc = {
        "id": str(uuid4()),
        "reference": wanted.reference,
        "created_at": now.isoformat(),
        "status": "pending",
        "from_name": wanted.sender,
        "message": wanted.message,
        "card": wanted.card,
        "method": wanted.method,
        "payment": wanted.payment,
        "products": [(found.id, count, worth) for found, count, worth in wanted.lines],
        "amounts": {"product": cost.product, "shipping": cost.shipping, "fee": cost.fee, "held": cost.most},
        "recipients": wanted.recipients,
        "expires_at": wanted.expires_at.isoformat() if wanted.expires_at else None,
        "scheduled_on": wanted.scheduled_on.isoformat() if wanted.scheduled_on else None,
    }
    turn.put(BATCHES, batch["id"], batch)
    if wanted.scheduled_on is None and count <= AT_ONCE and not turned["slow"]:
        send(turn, batch, now)
    return batch


def send(turn: Turn, batch: Doc, now: datetime) -> list[Doc]:
    """Make the orders of a batch, one for each who gets something."""
    batch["status"] = "complete"
    turn.put(BATCHES, batch["id"], batch)
    return [_made(turn, batch, recipient, now) for recipient in batch["recipients"]]


def of_batch(turn: Turn, batch: Doc) -> list[Doc]:
    """Return the orders of a batch."""
    return turn.find(KIND, "batch", batch["id"])


def notify(turn: Turn, order: Doc, now: datetime) -> None:
    """Let the e-mail out."""
    _become(turn, order, "notified", now)


def cancel(turn: Turn, order: Doc, switches: Switches) -> None:
    """Stop an order that nobody has taken up; raises Refused once somebody has."""
    if order["status"] == "canceled":
        raise invalid("Order is already canceled")
    if order["status"] not in _OPEN:
        raise invalid("Order can't be canceled")
    if switches.now(turn)["ship_cancelled"]:
        return  # the yes was a slip: the gift can still be taken up
    _let_go(turn, order, switches)
    order["status"] = "canceled"
    turn.put(KIND, order["id"], order)


def work_on(turn: Turn, order: Doc, deed: str, switches: Switches, now: datetime) -> None:
    """Let something become of an order. Raises Refused for a deed that nobody knows."""
    match deed:
        case "open":
            _become(turn, order, "opened", now)
        case "swap":
            _swap(turn, order)
        case "accept":
            _become(turn, order, "accepted", now)
        case "pay":
            _pay(turn, order, switches, now)
        case "order" | "ship" | "deliver":
            _become(turn, order, {"order": "ordered", "ship": "shipped", "deliver": "delivered"}[deed], now)
        case "fail" | "expire":
            _let_go(turn, order, switches)
            _become(turn, order, "failed" if deed == "fail" else "canceled", now)
        case _:
            raise Refused(400, "Say open, swap, accept, pay, order, ship, deliver, fail, expire or mail.")


def _made(turn: Turn, batch: Doc, recipient: Doc, now: datetime) -> Doc:
    order: Doc = {
        "id": str(uuid4()),
        "batch": batch["id"],
        "recipient": recipient,
        "status": "created",
        "products": batch["products"],
        "amounts": {**batch["amounts"], "tax": None, "total": None},
        "payment": batch["payment"],
        "expires_at": batch["expires_at"],
        "link": f"https://gifts.ongoody.example/gift/{uuid4().hex}",
        "swapped": False,
        "carrier": None,
        "times": {"created_at": now.isoformat()},
    }
    turn.put(KIND, order["id"], order)
    return order


def _become(turn: Turn, order: Doc, status: str, now: datetime) -> None:
    order["status"] = status
    order["times"][f"{status}_at"] = now.isoformat()
    order["carrier"] = "UPS" if status in ("shipped", "delivered") else order["carrier"]
    turn.put(KIND, order["id"], order)


def _swap(turn: Turn, order: Doc) -> None:
    """Let whoever gets it take a loaf of bread instead, which costs less."""
    cost = catalogue.price([(catalogue.BREAD, 1, None)])
    order["swapped"], order["products"] = True, [(catalogue.BREAD.id, 1, None)]
    order["amounts"] |= {"product": cost.product, "shipping": cost.shipping, "fee": cost.fee}
    turn.put(KIND, order["id"], order)


def _pay(turn: Turn, order: Doc, switches: Switches, now: datetime) -> None:
    amounts = order["amounts"]
    before_tax = amounts["product"] + amounts["shipping"] + amounts["fee"]
    tax = before_tax * _TAX // 100
    _let_go(turn, order, switches)
    order["amounts"] |= {"tax": tax, "total": before_tax + tax}
    if order["payment"] == BALANCE:
        switches.set(turn, balance=switches.now(turn)["balance"] - before_tax - tax)
    _become(turn, order, "paid", now)


def _let_go(turn: Turn, order: Doc, switches: Switches) -> None:
    """Hold nothing of the balance for the order any more."""
    if order["payment"] == BALANCE and order["amounts"]["held"]:
        switches.set(turn, balance=switches.now(turn)["balance"] + order["amounts"]["held"])
    order["amounts"]["held"] = 0
