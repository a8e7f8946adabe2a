"""What must be true when a storm is over, whatever died in it.

Small questions to the rows of our ledger, to the town's own books and to its counters. Each answers with sentences
about what is wrong; with none when its promise was kept.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.policy import SpecialCustomer
from app.domain.refunds import Way
from integrations.gorgias import api as gorgias
from integrations.marker import short
from integrations.registry import VENDORS
from integrations.sandbox.store import sums
from integrations.shopify import gift_order, refund_state, webhooks
from integrations.shopify.reading import OUR_SOURCE
from jobs.steps import CANNOT_BE_ASKED, TOO_LATE_TO_REPEAT
from tests.torture import sent
from tests.torture.sent import Ordered

Row = dict[str, Any]

TAG = SpecialCustomer().tag
GIFTS = ("add_gift_line", "send_gift_order")
ENDED = ("done", "refused", "withdrawn", "over_budget", "observed", "awaiting")
HOLDS_MONEY = ("awaiting", "planned", "sending", "uncertain")
NOBODY = "The customer no longer exists in the store."
FOR_A_PERSON = (CANNOT_BE_ASKED, TOO_LATE_TO_REPEAT)  # the only doubts that no machine may settle


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Both sides' books after a storm as plain rows, and what the storm itself knows of what it asked for."""

    shops: tuple[Row, ...] = ()
    deliveries: tuple[Row, ...] = ()
    effects: tuple[Row, ...] = ()
    orders: tuple[Row, ...] = ()
    customers: tuple[Row, ...] = ()
    totals: tuple[Row, ...] = ()
    pools: tuple[Row, ...] = ()
    pool_grants: tuple[Row, ...] = ()
    grants: tuple[Row, ...] = ()
    their_orders: tuple[Row, ...] = ()
    their_customers: tuple[Row, ...] = ()
    letters: tuple[Row, ...] = ()
    mispaired: tuple[Row, ...] = ()
    notes: tuple[Row, ...] = ()  # in the helpdesk, for its agents alone
    bouquets: tuple[Row, ...] = ()  # that the florist was ordered
    ordered: tuple[Ordered, ...] = ()  # that any vendor was
    calls: Mapping[str, int]  # of the town's store, by operation
    gifted: frozenset[int]  # orders that must have their gift
    asked_back: Mapping[int, int]  # what agents asked to be given back, by order, in minor units
    most_refreshes: int
    overdrawn: tuple[str, ...] = ()  # what was seen of a purse that held more than it may
    untrue: tuple[str, ...] = ()  # what the trail's own verification found
    spilt: tuple[str, ...] = ()  # where something secret was found
    most_open: Mapping[str, int] = field(default_factory=dict)  # files and sockets of a process, by its role
    most_megabytes: Mapping[str, int] = field(default_factory=dict)
    secret: str  # fingerprint of the one that every token must hang on by now

    def domain(self, shop_id: int) -> str:
        """Return the shop's domain."""
        return next(str(shop["domain"]) for shop in self.shops if shop["id"] == shop_id)

    def of_kind(self, *kinds: str) -> list[Row]:
        """Return the deeds of these kinds."""
        return [row for row in self.effects if row["kind"] in kinds]


def broken(facts: Facts) -> list[str]:
    """Return everything that is wrong."""
    return [wrong for promise in PROMISES for wrong in promise(facts)]


def acknowledged_is_kept(facts: Facts) -> Iterator[str]:
    """Ask for every letter that we said yes to: it is in the inbox, under its own name or as the same news.

    Vendors only ring a bell.
    """
    names = {row["delivery_key"] for row in facts.deliveries} | {row["event_key"] for row in facts.deliveries}
    bodies = {bytes(row["body"]) for row in facts.deliveries}
    for letter in facts.letters:
        if letter["sender"] in VENDORS:
            continue
        body = letter["body"].encode()
        theirs = {webhooks.delivery_key(letter["headers"], body), webhooks.event_key(letter["headers"], body)}
        kept = body in bodies if letter["sender"] == "helpdesk" else bool(theirs & names)
        if letter["state"] == "delivered" and not kept:
            yield f"letter {letter['id']} ({letter['subject']}) was acknowledged and is nowhere"


def deliveries_end(facts: Facts) -> Iterator[str]:
    """Ask for every delivery: it was handled, and none was given up."""
    for row in facts.deliveries:
        if row["handled_at"] is None:
            yield f"delivery {row['id']} ({row['topic']}) has not ended well: {row['problem']}"


def one_gift_each(facts: Facts) -> Iterator[str]:
    """Ask the store for each order: a gift in its parcel or in one of its own, never both; and one where it is due."""
    parcels = _live_parcels(facts)
    for order in _bought(facts):
        lines, alone = len(free_lines(order)), len(parcels[order["id"]])
        if lines + alone > 1:
            yield f"order {order['name']} has {lines} gifts in its parcel and {alone} beside it"
        if lines + alone == 0 and order["id"] in facts.gifted:
            yield f"order {order['name']} was due a gift and has none"


def marked_parcels_have_a_row(facts: Facts) -> Iterator[str]:
    """Ask for every order that we made: one row of the ledger stands for it, and for no other."""
    marks = Counter(gift_order.mark(row["key"]) for row in facts.of_kind("send_gift_order"))
    made = Counter(order["source_identifier"] for order in facts.their_orders if _is_ours(order))
    for mark, count in made.items():
        if marks[mark] != 1 or count != 1:
            yield f"{count} orders of ours bear {mark}, {marks[mark]} rows know of them"


def gift_rows_are_true(facts: Facts) -> Iterator[str]:
    """Ask of each gift in the ledger whether the store agrees that it was given, or that it was not."""
    orders, parcels = _by_id(facts.their_orders), _live_parcels(facts)
    for row in facts.of_kind(*GIFTS):
        order = orders.get(row["order_id"])
        if order is None:
            yield f"gift {row['key']} is about no order"
            continue
        there = free_lines(order) if row["kind"] == "add_gift_line" else parcels[order["id"]]
        stands = row["state"] == "done" and row["code"] != "taken_back"
        if stands and not there:
            yield f"gift {row['key']} is done, and not in the store"
        if not stands and there and not _given_otherwise(facts, row):
            yield f"gift {row['key']} is {row['state']} ({row['code']}), and in the store"


def what_is_over_carries_none(facts: Facts) -> Iterator[str]:
    """Ask for the orders that ended before they left: nothing is given with them, and the ledger says so."""
    parcels = _live_parcels(facts)
    standing = {row["order_id"] for row in facts.of_kind(*GIFTS) if row["state"] == "done" and not row["code"]}
    for order in _bought(facts):
        over = order["cancelled_at"] or (sums.paid(order) and sums.net_payment(order) <= 0)
        if not over or sums.fulfillment_status(order) == "FULFILLED":
            continue
        if free_lines(order) or parcels[order["id"]]:
            yield f"order {order['name']} is over and still carries a gift"
        if order["id"] in standing:
            yield f"the gift of order {order['name']}, which is over, still stands in the ledger"


def refunds_match(facts: Facts) -> Iterator[str]:
    """Ask for each refund in the ledger: the store made it once, to the cent; and none that the ledger lacks."""
    orders, known = _by_id(facts.their_orders), set()
    for row in facts.of_kind("refund_order"):
        mark = refund_state.mark(row["key"])
        known.add((row["order_id"], mark))
        made = [each for each in orders[row["order_id"]]["refunds"] if mark in (each["note"] or "")]
        came = sum(_arrived(orders[row["order_id"]], each) for each in made)
        due = row["cost_minor"] if _is_done(row) else 0
        if len(made) > 1 or came != due:
            yield f"{row['key']} is {row['state']} with {due}, and the store made {len(made)} refunds of {came}"
    for order in facts.their_orders:
        for each in order["refunds"]:
            note = each["note"] or ""
            if "[lagniappe " in note and not any(of == order["id"] and mark in note for of, mark in known):
                yield f"order {order['name']} has a refund of ours that no row knows"


def refunds_within_what_was_asked(facts: Facts) -> Iterator[str]:
    """Ask for each order: what we gave back is what the ledger says, and no more than agents asked for."""
    done: dict[int, int] = defaultdict(int)
    for row in facts.of_kind("refund_order"):
        done[row["order_id"]] += row["cost_minor"] if _is_done(row) else 0
    for order in facts.their_orders:
        back = sum(_arrived(order, each) for each in order["refunds"] if "[lagniappe " in (each["note"] or ""))
        if back != done[order["id"]]:
            yield f"order {order['name']}: {back} went back, the ledger says {done[order['id']]}"
        if back > facts.asked_back.get(order["id"], 0):
            yield f"order {order['name']}: {back} went back, asked was {facts.asked_back.get(order['id'], 0)}"


def credit_matches(facts: Facts) -> Iterator[str]:
    """Ask for each customer: their store credit is what the ledger gave as such."""
    given: dict[int, int] = defaultdict(int)
    for row in facts.of_kind("refund_order"):
        if row["payload"]["way"] == Way.CREDIT and _is_done(row):
            given[row["customer_id"]] += row["cost_minor"]
    for customer in facts.their_customers:
        has = sum(customer.get("credit", {}).values())
        if has != given.pop(customer["id"], 0):
            yield f"customer {customer['id']} has {has} of credit, which is not what the ledger says"
    for customer_id, minor in given.items():
        yield f"customer {customer_id} was given {minor} of credit and is not in the store"


def notes_are_written_once(facts: Facts) -> Iterator[str]:
    """Ask the helpdesk for each note of ours: it stands there once, and one row says so."""
    written = Counter(note["external_id"] for note in facts.notes if note["external_id"])
    for row in facts.of_kind("post_note"):
        count, due = written.pop(gorgias.marker(row["key"]), 0), int(row["state"] == "done")
        if count != due:
            yield f"note {row['key']} is {row['state']}, and stands {count} times in the helpdesk"
    for mark in written:
        yield f"a note {mark} stands in the helpdesk that no row knows"


def flowers_leave_once(facts: Facts) -> Iterator[str]:
    """Ask the florist for each bouquet: one where it is done, one at most where only a person can find that out."""
    ordered = Counter(item["special_instructions"] for each in facts.bouquets for item in each["items"])
    for row in facts.of_kind("send_flowers"):
        count = ordered.pop(f"Reference {short(row['key'])}", 0)
        may_be = {"done": (1,), "uncertain": (0, 1)}.get(row["state"], (0,))
        if count not in may_be:
            yield f"flowers {row['key']} are {row['state']}, and were ordered {count} times"
    for reference in ordered:
        yield f"flowers were ordered that no row knows: {reference}"


def sends_arrive_once(facts: Facts) -> Iterator[str]:
    """Ask each vendor for each gift: one order where it is done, one at most in any case, at the ledger's own price."""
    yield from sent.faults(facts.of_kind(*sent.SENDINGS), facts.ordered)


def money_adds_up(facts: Facts) -> Iterator[str]:
    """Ask for each month's purse: what is set aside, spent and granted is what waits, what stands, what people said."""
    for pool in facts.pools:
        granted = sum(row["minor"] for row in facts.pool_grants if row["pool_id"] == pool["id"])
        if pool["granted_minor"] != granted:
            yield f"purse {pool['name']} {pool['month']} was granted {pool['granted_minor']}, people said {granted}"
        paid = [row for row in facts.effects if row["pool_id"] == pool["id"]]
        on_its_way = [row for row in paid if row["state"] in HOLDS_MONEY or row["code"] == "pending"]
        stands = [row for row in paid if row["state"] == "done" and row["code"] not in ("pending", "taken_back")]
        reserved, spent = _costs(on_its_way), _costs(stands)
        if (pool["reserved_minor"], pool["spent_minor"]) != (reserved, spent):
            kept = f"{pool['reserved_minor']} set aside and {pool['spent_minor']} spent"
            yield f"purse {pool['name']} {pool['month']}: {kept}, the rows say {reserved} and {spent}"


def no_doubt_is_left(facts: Facts) -> Iterator[str]:
    """Ask for each deed: it ended, or it waits for a person because no machine may settle it."""
    for row in facts.effects:
        for_a_person = row["state"] == "uncertain" and row["problem"] in FOR_A_PERSON
        if row["state"] not in ENDED and not for_a_person:
            yield f"effect {row['id']} {row['key']} is still {row['state']}: {row['problem']}"


def nothing_failed_for_good(facts: Facts) -> Iterator[str]:
    """Ask for each deed: none was refused but by the bank, or because its customer had just become another."""
    for row in facts.effects:
        merged = row["kind"] == "tag_customer" and row["problem"] == NOBODY  # see `marks_are_shown`
        if row["state"] == "refused" and row["code"] != "failed_late" and not merged:
            yield f"effect {row['id']} {row['key']} was refused: {row['problem']}"


def tokens_are_fetched_sparingly(facts: Facts) -> Iterator[str]:
    """Ask the store how often it was asked for a token, and whose token it was ever shown."""
    if facts.calls.get("TokenRefresh", 0) > facts.most_refreshes:
        yield f"{facts.calls['TokenRefresh']} refreshes, {facts.most_refreshes} would have been enough"
    for shown in facts.mispaired:
        yield f"a token was shown at another shop's door, that of {shown['shop']}"
    for row in facts.grants:
        if row["state"] != "live" or row["secret"] != facts.secret:
            yield f"the tokens of {facts.domain(row['shop_id'])} are {row['state']}, or hang on an old secret"


def lifetime_values_are_exact(facts: Facts) -> Iterator[str]:
    """Ask the kept sums, of customers and shops, whether they are those of the orders, to the cent."""
    for shop in facts.shops:
        counted: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for row in facts.orders:
            if row["shop_id"] == shop["id"] and row["counted"] and row["customer_id"] is not None:
                orders, net = counted[row["customer_id"]]
                counted[row["customer_id"]] = (orders + 1, net + row["net_minor"])
        kept = {
            row["customer_id"]: (row["orders"], row["net_minor"])
            for row in facts.customers
            if row["shop_id"] == shop["id"] and row["orders"]
        }
        if kept != counted:
            differ = sorted(key for key in {*kept, *counted} if kept.get(key) != counted.get(key))
            yield f"{shop['domain']}: the sums of customers {differ[:5]} are not those of their orders"
        whole = (len(counted), sum(each[0] for each in counted.values()), sum(each[1] for each in counted.values()))
        for row in facts.totals:
            if row["shop_id"] == shop["id"] and (row["customers"], row["orders"], row["net_minor"]) != whole:
                yield f"{shop['domain']}: the shop's own sums are not those of its orders"


def marks_are_shown(facts: Facts) -> Iterator[str]:
    """Ask for each customer: whoever counts as special bears the tag, unless a person has yet to say yes."""
    theirs = {customer["id"]: customer for customer in facts.their_customers}
    proposed = {row["customer_id"] for row in facts.of_kind("tag_customer") if row["state"] == "awaiting"}
    for row in facts.customers:
        customer, due = theirs.get(row["customer_id"]), row["special"] and row["customer_id"] not in proposed
        if customer is not None and {TAG in customer["tags"], row["marked"]} != {due}:
            yield f"customer {customer['id']} is special: {row['special']}; the store shows {customer['tags']}"


def orders_are_as_in_the_store(facts: Facts) -> Iterator[str]:
    """Ask for each order of the store: we know it, and what it brought."""
    ours = {(facts.domain(row["shop_id"]), row["order_id"]): row for row in facts.orders}
    for order in facts.their_orders:
        row = ours.get((order["shop"], order["id"]))
        if row is None:
            yield f"order {order['name']} of {order['shop']} is not known to us"
            continue
        counts = not (order["test"] or order["cancelled_at"] or _is_ours(order))
        sold_cards = any(line["gift_card"] for line in order["lines"])
        net = sums.net_payment(order) if counts else 0
        if not sold_cards and (row["net_minor"], row["customer_id"]) != (net, order["customer_id"]):
            yield f"order {order['name']}: {row['net_minor']} of {row['customer_id']}, in the store {net}"


def shops_are_apart(facts: Facts) -> Iterator[str]:
    """Ask of every row that names a shop whether what it speaks of is that shop's."""
    orders = {order["id"]: order["shop"] for order in facts.their_orders}
    people = {customer["id"]: customer["shop"] for customer in facts.their_customers}
    for table in ("orders", "customers", "effects"):
        for row in getattr(facts, table):
            home = facts.domain(row["shop_id"])
            found = {orders.get(row.get("order_id"), home), people.get(row.get("customer_id"), home)}
            if found != {home}:
                yield f"{table}: a row of {home} speaks of {sorted(found - {home})}"
    for row in facts.deliveries:
        stranger = row["source"] == "shopify" and row["shop_id"] and row["sender"] != facts.domain(row["shop_id"])
        if stranger:
            yield f"delivery {row['id']} of {row['sender']} lies with {facts.domain(row['shop_id'])}"


PROMISES: tuple[Callable[[Facts], Iterable[str]], ...] = (
    acknowledged_is_kept,
    deliveries_end,
    one_gift_each,
    marked_parcels_have_a_row,
    gift_rows_are_true,
    what_is_over_carries_none,
    refunds_match,
    refunds_within_what_was_asked,
    credit_matches,
    notes_are_written_once,
    flowers_leave_once,
    sends_arrive_once,
    money_adds_up,
    no_doubt_is_left,
    nothing_failed_for_good,
    tokens_are_fetched_sparingly,
    lifetime_values_are_exact,
    marks_are_shown,
    orders_are_as_in_the_store,
    shops_are_apart,
)


def free_lines(order: Row) -> list[Row]:
    """Return the lines that have a price, cost nothing, and are still on the order."""
    return [
        line
        for line in order["lines"]
        if line["current_quantity"] and line["price"] and line["discount"] == line["price"]
    ]


def _bought(facts: Facts) -> list[Row]:
    return [order for order in facts.their_orders if not _is_ours(order)]


def _is_ours(order: Row) -> bool:
    return (order["source_identifier"] or "").startswith(OUR_SOURCE)


def _live_parcels(facts: Facts) -> defaultdict[int, list[Row]]:
    """Return the gifts that travel by themselves and were not stopped, by the order that they belong to."""
    meant_for = {gift_order.mark(row["key"]): row["order_id"] for row in facts.of_kind("send_gift_order")}
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for order in facts.their_orders:
        if _is_ours(order) and not order["cancelled_at"]:
            found[meant_for.get(order["source_identifier"], 0)].append(order)
    return found


def _given_otherwise(facts: Facts, row: Row) -> bool:
    """Return whether another row of the same kind accounts for the gift that is there."""
    return any(
        other["state"] == "done" and other["code"] != "taken_back"
        for other in facts.of_kind(row["kind"])
        if other["order_id"] == row["order_id"] and other["key"] != row["key"]
    )


def _arrived(order: Row, refund: Row) -> int:
    moved = [each for each in order["transactions"] if each["id"] in refund["transactions"]]
    return sum(int(each["amount"]) for each in moved if each["status"] == "SUCCESS")


def _is_done(row: Row) -> bool:
    return row["state"] == "done" and row["code"] is None


def _costs(rows: Iterable[Row]) -> int:
    return sum(row["cost_minor"] or 0 for row in rows)


def _by_id(orders: Iterable[Row]) -> dict[int, Row]:
    return {order["id"]: order for order in orders}
