"""Good defaults for everything that rules and ledgers look at. A test changes only what it is about."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.addresses import Address
from app.domain.backtest.kindnesses import Counted, Example, Kindnesses
from app.domain.backtest.summary import Month, Outcome, Piece
from app.domain.effects import (
    AddGiftLine,
    Effect,
    MarkInHelpdesk,
    Mute,
    Plan,
    Pool,
    PostNote,
    Quiet,
    RefundOrder,
    SendFlowers,
    SendGift,
    SendGiftOrder,
    TagCustomer,
    TagTicket,
    WriteCard,
)
from app.domain.events import Act, AgentAction
from app.domain.facts import (
    AgentFacts,
    GiftHistory,
    GiftOption,
    Given,
    Order,
    OrderFacts,
    Quote,
    Standing,
    Yardstick,
)
from app.domain.gifts import GiftKind
from app.domain.moments import ANNIVERSARY, Due, MomentFacts
from app.domain.money import Money
from app.domain.policy import GiftRoute, Mode, NthOrderGift, Policy, SpecialCustomer, TeamGestures
from app.domain.ports import Receipt, ShopProfile
from app.domain.refunds import Pieces, RefundOffer
from app.store.ledger import Purse

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MUG, CANDLE, SOAP = 7001, 7002, 7003  # variants that may be given


@dataclass(slots=True)
class SettableClock:
    """A clock that stands still until it is moved."""

    moment: datetime = field(default=NOON)

    def now(self) -> datetime:
        return self.moment

    def unmoved(self) -> datetime:
        return self.moment

    def wall(self) -> datetime:
        return self.moment

    def forward(self, by: timedelta) -> datetime:
        self.moment += by
        return self.moment


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


def order(**changes: Any) -> Order:
    """A paid and counted $50 order, an hour old, that has not left."""
    default = Order(
        id=1001,
        name="#1001",
        customer_id=55,
        customer_since=NOON - 400 * DAY,
        processed_at=NOON - HOUR,
        updated_at=NOON - HOUR,
        net=usd(50_00),
        counted=True,
        settled=True,
        editable=True,
    )
    return replace(default, **changes)


def standing(**changes: Any) -> Standing:
    """A customer with four orders of $100 in all, the last one five days ago, without the mark."""
    default = Standing(
        customer_id=55,
        net=usd(100_00),
        orders=4,
        first_order_at=NOON - 700 * DAY,
        last_order_at=NOON - 5 * DAY,
    )
    return replace(default, **changes)


def yardstick(**changes: Any) -> Yardstick:
    """A shop of fifty customers whose threshold and average are $100; active means within 90 days."""
    return replace(Yardstick(threshold=usd(100_00), active_days=90, customers=50, average=usd(100_00)), **changes)


def gift_option(**changes: Any) -> GiftOption:
    """A mug that costs $8, on sale and in stock."""
    return replace(GiftOption(variant_id=MUG, title="Mug", cost=usd(8_00), on_sale=True, stock=40), **changes)


def gift_history(**changes: Any) -> GiftHistory:
    """A fourth order of a customer who was never given anything."""
    return replace(GiftHistory(ordinal=4), **changes)


def order_facts(**changes: Any) -> OrderFacts:
    """The fourth order of a customer, and a mug to go with it."""
    default = OrderFacts(
        order=order(), standing=standing(), yardstick=yardstick(), options=(gift_option(),), history=gift_history()
    )
    return replace(default, **changes)


def due(**changes: Any) -> Due:
    """The day of customer 55's first order, two years ago, comes round in ten days."""
    default = Due(
        rule=ANNIVERSARY,
        subject="customer:55",
        customer_id=55,
        occasion="anniversary:2026",
        why="On 1 December 2026 it is 2 years since their first order.",
        day=(NOON + 10 * DAY).date(),
    )
    return replace(default, **changes)


def moment_facts(**changes: Any) -> MomentFacts:
    """That day, of a special customer who was given nothing lately, and whose last order has arrived."""
    default = MomentFacts(
        due=due(),
        standing=standing(special=True, marked=True),
        given=Given(),
        today=NOON.date(),
        shop="Practice",
        currency="USD",
        order=order(shipped=True),
    )
    return replace(default, **changes)


def action(act: Act = Act.REFUND_KEEP, **changes: Any) -> AgentAction:
    """Robin Miller presses a button on ticket 42."""
    default = AgentAction(
        act=act,
        ticket_id="42",
        email="customer@example.com",
        agent_email="robin@shop.example",
        agent_name="Robin Miller",
    )
    return replace(default, **changes)


def agent_facts(**changes: Any) -> AgentFacts:
    """A customer with an order of which $50 can be refunded, and flowers to be had for $60."""
    default = AgentFacts(
        order=order(),
        customer_id=55,
        offer=refund_offer(),
        quote=Quote(total=usd(60_00), product="T23-1A"),
    )
    return replace(default, **changes)


def refund_offer(**changes: Any) -> RefundOffer:
    """$50 came in for an order and all of it can go back; nothing particular was asked for."""
    return replace(RefundOffer(most=usd(50_00), asked=usd(0), paid=usd(50_00)), **changes)


def pieces(**changes: Any) -> Pieces:
    """Two boxes that have been sent."""
    return replace(Pieces(line_id=71, title="Season Box", quantity=2, sent=True), **changes)


def outcome(**changes: Any) -> Outcome:
    """Ninety days in which two of ten orders would have had a mug, and one was skipped."""
    default = Outcome(
        since=NOON - 90 * DAY,
        until=NOON,
        currency="USD",
        orders=10,
        unknown=0,
        revenue_minor=1_000_00,
        gifts=2,
        cost_minor=16_00,
        taken_back=0,
        waiting=0,
        skipped=(Counted(code="risky", count=1),),
        not_in_line=(Counted(code="other_ordinal", count=7),),
        months=(Month(month="2026-11", minor=16_00),),
        pieces=(Piece(title="Mug", count=2, stock=40),),
        tagged=3,
        untagged=0,
        special=3,
        shown_first=0,
        threshold_minor=100_00,
        active_days=90,
        stopped=(),
        examples=(
            Example(order_id=1001, name="#1001", at=NOON, code="gift", because="Mug goes with it.", given=True),
            Example(order_id=1002, name="#1002", at=NOON, code="risky", because="Caution is advised.", given=False),
        ),
        moments=(
            Kindnesses(
                rule="anniversary",
                given=3,
                cost_minor=18_00,
                waiting=1,
                skipped=(Counted(code="not_special", count=5),),
                examples=(
                    Example(order_id=1003, name="#1003", at=NOON, code="moment", because="It is a year.", given=True),
                ),
            ),
            Kindnesses(rule="comeback", given=0, cost_minor=0, waiting=0, skipped=(), examples=()),
        ),
    )
    return replace(default, **changes)


def auto_policy(**changes: Any) -> Policy:
    """A merchant who has switched everything on: a mug, else a candle, with each fourth order."""
    default = Policy(
        special_customer=SpecialCustomer(mode=Mode.AUTO),
        nth_order_gift=NthOrderGift(mode=Mode.AUTO, ordinals=(4,), variants=(MUG, CANDLE)),
        team=TeamGestures(refund_mode=Mode.AUTO, flowers_mode=Mode.AUTO, flowers_product="T23-1A"),
        gifts_share=None,  # few orders take little
    )
    return replace(default, **changes)


def profile(**changes: Any) -> ShopProfile:
    """A shop in New York that sells in dollars."""
    default = ShopProfile(
        domain="lagniappe-practice.myshopify.com", name="Practice", currency="USD", timezone="America/New_York"
    )
    return replace(default, **changes)


def tag(**changes: Any) -> TagCustomer:
    default = TagCustomer(customer_id=55, tag="make-it-right", present=True, occasion="standing-1")
    return replace(default, **changes)


def mute(**changes: Any) -> Mute:
    """No marketing, for half a year."""
    default = Mute(
        customer_id=55,
        quiet=Quiet.TAG,
        tag="no-marketing",
        until=NOON + 180 * DAY,
        ticket_id="42",
        about="hard-time:42",
    )
    return replace(default, **changes)


def mark(**changes: Any) -> MarkInHelpdesk:
    default = MarkInHelpdesk(customer_id=55, special=True, reason="3.3× the average", occasion="standing-1")
    return replace(default, **changes)


def ticket_tag(**changes: Any) -> TagTicket:
    return replace(TagTicket(ticket_id="42", tag="make-it-right"), **changes)


def note(**changes: Any) -> PostNote:
    return replace(PostNote(ticket_id="42", text="Refunded $12.00.", about="refund"), **changes)


def gift_line(**changes: Any) -> AddGiftLine:
    default = AddGiftLine(
        order_id=1001, order_name="#1001", customer_id=55, variant_id=MUG, title="Mug", rule="nth_order_gift"
    )
    return replace(default, **changes)


def gift_parcel(**changes: Any) -> SendGiftOrder:
    """The same mug, in a parcel of its own."""
    default = SendGiftOrder(
        customer_id=55,
        variant_id=MUG,
        title="Mug",
        rule="nth_order_gift",
        route=GiftRoute.ORDER,
        order_id=1001,
        order_name="#1001",
    )
    return replace(default, **changes)


def address(**changes: Any) -> Address:
    default = Address(
        name="Ada Lovelace",
        company="",
        street="1 Main Street",
        street2="",
        city="Springfield",
        region="IL",
        postcode="62701",
        country="US",
        phone="",
    )
    return replace(default, **changes)


def refund(**changes: Any) -> RefundOrder:
    default = RefundOrder(
        order_id=1001,
        order_name="#1001",
        customer_id=55,
        amount=usd(12_00),
        ticket_id="42",
        agent_name="Robin Miller",
    )
    return replace(default, **changes)


def flowers(**changes: Any) -> SendFlowers:
    default = SendFlowers(
        order_id=1001,
        customer_id=55,
        product="T23-1A",
        message="Thinking of you.\nRobin",
        ticket_id="42",
        agent_name="Robin Miller",
    )
    return replace(default, **changes)


def letter(**changes: Any) -> WriteCard:
    """A card that Robin wants written."""
    default = WriteCard(
        order_id=1001,
        order_name="#1001",
        customer_id=55,
        message="Thank you for the picture.\nRobin",
        ticket_id="42",
        agent_name="Robin Miller",
    )
    return replace(default, **changes)


def present(**changes: Any) -> SendGift:
    """An e-gift that Robin has sent by a vendor of that name."""
    default = SendGift(
        what=GiftKind.EGIFT,
        vendor="shelf",
        sku="E-1",
        title="A gift card",
        customer_id=55,
        order_id=1001,
        order_name="#1001",
        message="Thank you for your patience.\nRobin",
        ticket_id="42",
        agent_name="Robin Miller",
    )
    return replace(default, **changes)


def planned(effect: Effect | None = None, **changes: Any) -> Plan:
    """A plan that is due at noon and costs nothing."""
    return replace(Plan(effect=effect or tag(), due_at=NOON), **changes)


def paid(effect: Effect | None = None, minor: int = 12_00, **changes: Any) -> Plan:
    """A plan that is due at noon and paid from the team's pool."""
    return planned(effect or refund(), cost=usd(minor), pool=Pool.TEAM, **changes)


def purse(team: int = 500_00, gifts: int = 500_00, **changes: Any) -> Purse:
    """November's purse, in dollars."""
    return replace(Purse(month="2026-11", limits={Pool.TEAM: team, Pool.GIFTS: gifts}, currency="USD"), **changes)


def receipt(**changes: Any) -> Receipt:
    return replace(Receipt(reference="gid://shopify/Refund/1"), **changes)
