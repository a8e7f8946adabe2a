"""The orders: each external id once, paid from a balance when it is carried out, and what becomes of each.

The town's money changer takes the smallest coin of every currency for a cent of the balance.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from app.domain.money import Money
from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.switches import Switches
from integrations.sandbox.tremendous.accounts import PRACTICE_KEY, Account
from integrations.sandbox.tremendous.refusals import Refused, invalid
from integrations.sandbox.tremendous.wanted import Wanted

KIND = "tremendous_orders"
USUAL = {
    "balance": 5_000_00,  # cents
    "raise": "0",  # a fee on top of every order, in dollars
    "word": "",  # what every order's status is called instead
    "approval": False,  # somebody of the organisation must say yes first
    "slow_mail": False,  # e-mails wait until the town lets them out
    "ship_cancelled": False,  # what is cancelled is sent all the same
    "key": PRACTICE_KEY,  # of the sandbox
}
_LIVES = timedelta(days=365)


def by_external_id(turn: Turn, account: Account, external_id: str | None) -> Doc | None:
    """Return the account's order of that name, or None."""
    if external_id is None:
        return None
    found = turn.find(KIND, "external_id", external_id)
    return next((order for order in found if order["host"] == account.host), None)


def place(turn: Turn, wanted: Wanted, *, account: Account, switches: Switches, now: datetime) -> Doc:
    """Take the order, and return it as it is before its e-mail has left; raises Refused, and then nothing was taken."""
    turned = switches.now(turn)
    fee = Money.parse(turned["raise"], wanted.value.currency)
    number = turn.next_id(KIND)
    order: Doc = {
        "id": f"5{number}",
        "reward": f"7{number}",  # another name than the order's, though both look alike
        "host": account.host,
        "external_id": wanted.external_id,
        "created_at": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "expires_at": (now + _LIVES).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "status": "PENDING APPROVAL" if turned["approval"] else "OPEN",
        "product": wanted.product,
        "minor": wanted.value.minor,
        "fee": fee.minor,
        "currency": wanted.value.currency,
        "recipient": wanted.recipient,
        "meta": wanted.meta,
        "method": wanted.method,
        "link": f"https://rewards.tremendous.example/{uuid4().hex}" if wanted.method == "LINK" else None,
        "deliver_at": wanted.deliver_at,
        "delivery": "SCHEDULED" if wanted.deliver_at else "PENDING",
        "refunded": 0,
        "redeemed": False,
    }
    if not turned["approval"]:
        carry_out(turn, order, switches)
    turn.put(KIND, order["id"], order)
    return order


def carry_out(turn: Turn, order: Doc, switches: Switches) -> None:
    """Pay for the order; raises Refused where the balance does not hold as much."""
    balance, price = switches.now(turn)["balance"], order["minor"] + order["fee"]
    if balance < price:
        raise Refused(402, "There are insufficient funds to complete this order.")
    switches.set(turn, balance=balance - price)
    order["status"] = "EXECUTED"


def mail(turn: Turn, order: Doc, *, bounced: bool) -> str:
    """Let the e-mail out, or the link be used; return what became of it. Addresses at bounced.example take none."""
    bounces = bounced or str(order["recipient"].get("email")).endswith("@bounced.example")
    order["delivery"] = "FAILED" if bounces else "SUCCEEDED"
    turn.put(KIND, order["id"], order)
    return str(order["delivery"])


def cancel(turn: Turn, order: Doc, switches: Switches) -> None:
    """Take the reward back, money and all; raises Refused once it is too late. The order stays executed."""
    if order["redeemed"]:
        raise Refused(422, "The reward has already been redeemed and cannot be canceled.")
    if order["refunded"]:
        raise Refused(409, "The reward has already been canceled.")
    if order["status"] != "EXECUTED":
        raise invalid("reward", "has not been paid for")
    turned = switches.now(turn)
    if turned["ship_cancelled"]:
        return  # the yes was a slip: the recipient keeps a gift that works
    order["refunded"] = order["minor"] + order["fee"]
    switches.set(turn, balance=turned["balance"] + order["refunded"])
    turn.put(KIND, order["id"], order)


def work_on(turn: Turn, order: Doc, deed: str, switches: Switches) -> None:
    """Let the town do something to an order: approve, reject, redeem, or let its e-mail out. Raises Refused."""
    match deed:
        case "approve":
            carry_out(turn, order, switches)
        case "reject":
            order["status"] = "CANCELED"
        case "fail":
            order["status"] = "FAILED"
        case "redeem":
            order["redeemed"] = True
        case _:
            raise Refused(400, "Say approve, reject, fail, redeem, mail or bounce.")
    turn.put(KIND, order["id"], order)
