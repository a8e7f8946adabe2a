"""Every table, and the constraints that keep the promises. What a row means is said here, what is done next door."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store import (  # noqa: F401  # whoever speaks of the tables speaks of these as well
    agent_tables,
    ask_tables,
    backtest_tables,
    campaign_tables,
    card_tables,
    care_tables,
    change_tables,
    connection_tables,
    contact_tables,
    day_tables,
    gift_tables,
    grant_tables,
    mail_tables,
    sending_tables,
    shortage_tables,
    snooze_tables,
    story_tables,
    trial_tables,
    trip_tables,
    watch_tables,
    welcome_tables,
)
from app.store.base import Base, BigId, some_rows

_SPENT = "state = 'done' AND cost_minor IS NOT NULL"


class Shop(Base):
    """One merchant's store: the tenant."""

    __tablename__ = "shops"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    domain: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    currency: Mapped[str] = mapped_column(String(3))
    timezone: Mapped[str] = mapped_column(String(64))
    sealed_token: Mapped[bytes | None] = mapped_column(LargeBinary)  # of the version before `grants`; goes next
    policy: Mapped[dict[str, Any]] = mapped_column(JSON)
    paused: Mapped[bool] = mapped_column(default=False)  # the kill switch: nothing goes out
    closed_until: Mapped[datetime | None]  # frozen, locked or shut to us: nobody knocks before then
    closed_because: Mapped[str | None]
    installed_at: Mapped[datetime]
    uninstalled_at: Mapped[datetime | None]
    history_handle: Mapped[str | None] = mapped_column(String(255))  # of the version before `exports`; goes next
    history_try_at: Mapped[datetime | None]  # when the import may go on: now if empty, later while a worker has it
    history_done_at: Mapped[datetime | None]
    history_since: Mapped[datetime | None]  # the store showed us nothing older; empty when it showed all
    swept_to: Mapped[datetime | None]  # changes up to here are certainly known, even if their webhooks were lost
    swept_nightly_to: Mapped[datetime | None]  # the same, looked at again at night with a long overlap
    sealed_alias_key: Mapped[bytes | None] = mapped_column(LargeBinary)  # what forgotten people's aliases are made with
    restored_at: Mapped[datetime | None]  # when the database turned out to be an old copy, or was said to be one
    held_since: Mapped[datetime | None]  # since then nothing is sent, until the store was asked what we missed
    sealed_mail_key: Mapped[bytes | None] = mapped_column(LargeBinary)  # what e-mail addresses are digested with


class Grant(Base):
    """What one shop's store lets us do: the tokens as they were last given, and who is fetching the next ones."""

    __tablename__ = "grants"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))  # live or needs_reauth
    reason: Mapped[str | None] = mapped_column(String(64))  # why it needs the merchant
    sealed_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime | None]  # empty: the token was given once and for all; of one lost: asked again then
    sealed_refresh_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    refresh_expires_at: Mapped[datetime | None]
    scopes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # empty: the store has not told us yet
    secret: Mapped[str | None] = mapped_column(String(16))  # fingerprint of the client secret that the tokens hang on
    given_at: Mapped[datetime | None]
    lease: Mapped[str | None] = mapped_column(String(32))  # of whoever is at the token endpoint
    lease_until: Mapped[datetime | None]  # without a lease: nobody asks before then


class Delivery(Base):
    """One inbound call, kept as it came, once. `next_try_at` is empty when nothing is left to do."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("source", "sender", "topic", "delivery_key"),  # this line is "kept once"
        some_rows(
            "ix_deliveries_waiting",  # in the order in which a shop's are taken
            "shop_id",
            "next_try_at",
            "id",
            where="next_try_at IS NOT NULL",
        ),
        some_rows(
            "ix_deliveries_of_agents",  # the same of those that somebody waits for, which are taken first
            "shop_id",
            "next_try_at",
            "id",
            where="next_try_at IS NOT NULL AND source <> 'shopify'",
        ),
        Index("ix_deliveries_shop", "shop_id", "id"),
        some_rows("ix_deliveries_aside", "id", where="handled_at IS NULL AND next_try_at IS NULL"),
        some_rows("ix_deliveries_heard", "shop_id", "source", "received_at", where="source <> 'shopify'"),
        Index("ix_deliveries_event", "source", "sender", "topic", "event_key", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # Empty when an authentic call names a shop that we do not know (yet): kept for a person, never acted on.
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shops.id"))
    source: Mapped[str] = mapped_column(String(32))
    sender: Mapped[str] = mapped_column(String(255))
    topic: Mapped[str] = mapped_column(String(64))
    delivery_key: Mapped[str] = mapped_column(String(128))
    event_key: Mapped[str | None] = mapped_column(String(64))  # the same news, should another delivery bring it
    body: Mapped[bytes] = mapped_column(LargeBinary)
    triggered_at: Mapped[datetime | None]  # when it happened out there, as the sender says; not signed
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    waits: Mapped[int] = mapped_column(default=0, server_default="0")  # of these: we were only asked to come back
    problem: Mapped[str | None]


class Order(Base):
    """Our own order ledger: what lifetime value and ordinals are computed from."""

    __tablename__ = "orders"
    __table_args__ = (
        # `counted` before the dates: a customer's first, last and latest order that counts are one look each.
        # What it came to at the end: a customer's sums, and everybody's, are read here without the rows.
        Index("ix_orders_sums", "shop_id", "customer_id", "counted", "processed_at", "order_id", "net_minor"),
        Index("ix_orders_name", "shop_id", "name"),
        some_rows(
            "ix_orders_guests", "shop_id", "mail_digest", where="customer_id IS NULL AND mail_digest IS NOT NULL"
        ),
    )

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    customer_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(64))
    processed_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    net_minor: Mapped[int]
    counted: Mapped[bool]
    mail_digest: Mapped[str | None] = mapped_column(String(64))  # of the buyer; finds a guest's order its person
    # What was in it when we first saw it, as numbers with commas between; empty where nobody has told us, as of old.
    variants: Mapped[str | None]
    turns: Mapped[str | None]  # what it was from when on, as `domain.turns` writes it


class Customer(Base):
    """One customer's sums over their counted orders, and whether the mark is on."""

    __tablename__ = "customers"
    __table_args__ = (
        # Who is above, spent anything and is active: counted and ranked without their rows.
        Index("ix_customers_sums", "shop_id", "net_minor", "orders", "last_order_at"),
        Index("ix_customers_first", "shop_id", "first_order_at"),  # whose day comes round
        Index("ix_customers_marked", "shop_id", postgresql_where=text("marked"), sqlite_where=text("marked = 1")),
        some_rows("ix_customers_mail_digest", "shop_id", "mail_digest", where="mail_digest IS NOT NULL"),
    )

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    net_minor: Mapped[int] = mapped_column(default=0)
    orders: Mapped[int] = mapped_column(default=0)
    first_order_at: Mapped[datetime | None]
    last_order_at: Mapped[datetime | None]
    special: Mapped[bool] = mapped_column(default=False)  # what we decided
    marked: Mapped[bool] = mapped_column(default=False)  # what the store shows
    changes: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime | None]
    let_alone_since: Mapped[datetime | None]  # nothing automatic for them, as they or the merchant wish
    mail_digest: Mapped[str | None] = mapped_column(String(64))
    store_net_minor: Mapped[int | None]  # the store's own figures, shown beside ours and never decided by
    store_orders: Mapped[int | None]


class Export(Base):
    """How far one of the store's exports of the past has come, so that reading goes on where it was."""

    __tablename__ = "exports"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)  # "customers" or "orders"
    handle: Mapped[str | None] = mapped_column(String(255))  # the store's id of it; empty when it is to be asked for
    asked_at: Mapped[datetime | None]
    without_people: Mapped[bool] = mapped_column(default=False)  # the store denies us e-mail addresses
    lines: Mapped[int] = mapped_column(default=0)  # of the file, read and kept
    things: Mapped[int] = mapped_column(default=0)  # customers or orders among them
    promised: Mapped[int] = mapped_column(default=0)  # as many as the store has counted
    refused: Mapped[int] = mapped_column(default=0)  # that made no sense
    failures: Mapped[int] = mapped_column(default=0)  # how often the store's export came to nothing
    read_from: Mapped[datetime | None]  # when the first line of this file was read
    read_to: Mapped[datetime | None]  # when the latest batch was kept: how quick it is, and how long it may take
    done_at: Mapped[datetime | None]


class Totals(Base):
    """One shop's sums, kept with every order; the threshold is measured once a day."""

    __tablename__ = "totals"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    customers: Mapped[int] = mapped_column(default=0)  # with at least one counted order
    orders: Mapped[int] = mapped_column(default=0)
    net_minor: Mapped[int] = mapped_column(default=0)
    threshold_minor: Mapped[int | None]
    active_days: Mapped[int | None]
    taken_minor: Mapped[int | None]  # with the orders of the thirty days before `measured_at`
    measured_at: Mapped[datetime | None]
    audited_at: Mapped[datetime | None]  # when all sums were last recounted and compared
    repaired: Mapped[int] = mapped_column(default=0, server_default="0")  # how many of them were wrong then


class Decision(Base):
    """What a rule decided about what, and why or why not."""

    __tablename__ = "decisions"
    __table_args__ = (
        Index("ix_decisions_subject", "shop_id", "subject"),
        Index("ix_decisions_newest", "shop_id", "id"),
        Index("ix_decisions_delivery", "delivery_id"),
        Index("ix_decisions_rule", "shop_id", "rule", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"))
    rule: Mapped[str] = mapped_column(String(32))
    mode: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(32))
    because: Mapped[str]
    decided_at: Mapped[datetime]


class Pool(Base):
    """One month's purse. The CHECK is the second lock: no bug of ours can overspend it."""

    __tablename__ = "pools"
    __table_args__ = (
        UniqueConstraint("shop_id", "name", "month"),
        Index("ix_pools_month", "month"),
        CheckConstraint("reserved_minor >= 0 AND spent_minor >= 0", name="not_negative"),
        CheckConstraint("reserved_minor + spent_minor <= limit_minor", name="within_limit"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    name: Mapped[str] = mapped_column(String(32))
    month: Mapped[str] = mapped_column(String(7))  # "2026-11", in the shop's time zone
    limit_minor: Mapped[int]  # what was granted beyond the merchant's monthly limit is in it
    reserved_minor: Mapped[int] = mapped_column(default=0)
    spent_minor: Mapped[int] = mapped_column(default=0)
    granted_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    warned: Mapped[int] = mapped_column(default=0, server_default="0")  # the share, in percent, that was told of


class Effect(Base):
    """The ledger: one row for each deed. `next_try_at` is empty when nothing more happens by itself."""

    __tablename__ = "effects"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),  # this line is "exactly once"
        some_rows("ix_effects_waiting", "shop_id", "next_try_at", "id", where="next_try_at IS NOT NULL"),
        Index("ix_effects_state", "shop_id", "state"),
        Index("ix_effects_customer", "shop_id", "customer_id"),
        Index("ix_effects_order", "shop_id", "order_id"),
        Index("ix_effects_ticket", "shop_id", "ticket_id"),
        Index("ix_effects_decision", "decision_id"),
        Index("ix_effects_newest", "shop_id", "id"),
        Index("ix_effects_ended", "shop_id", "ended_at"),
        some_rows("ix_effects_cost", "shop_id", "id", "cost_minor", where="cost_minor IS NOT NULL"),
        # All rows are in these; only who says `id > 0` is given them: SQLite would take them for better than they are.
        some_rows("ix_effects_created", "shop_id", "created_at", where="id > 0"),
        some_rows("ix_effects_rule", "shop_id", "rule", "id", where="id > 0"),
        some_rows("ix_effects_kind", "shop_id", "kind", "id", where="id > 0"),
        # What was done, what would have been, and what was paid are summed in these alone, without the rows.
        some_rows(
            "ix_effects_done",
            *("shop_id", "ended_at", "rule", "kind", "code", "cost_minor", "state"),
            where="state = 'done'",
        ),
        some_rows(
            "ix_effects_observed",
            *("shop_id", "rule", "created_at", "kind", "cost_minor", "state"),
            where="state = 'observed'",
        ),
        some_rows(
            "ix_effects_paid",
            *("shop_id", "pool_id", "rule", "state", "code", "cost_minor"),
            where="pool_id IS NOT NULL",
        ),
        some_rows(
            "ix_effects_standing",
            "state",
            "kind",
            "first_sent_at",
            "next_try_at",
            where="state IN ('awaiting', 'uncertain')",
        ),
        some_rows(
            "ix_effects_by_agents",
            "shop_id",
            "kind",
            "created_at",
            where="kind IN ('refund_order', 'send_flowers')",
        ),
        some_rows("ix_effects_agent", "shop_id", "agent_id", "created_at", where="agent_id IS NOT NULL"),
        # What was truly spent is summed here without the rows.
        some_rows(
            "ix_effects_costs", "shop_id", "state", "pool_id", "rule", "agent_id", "code", "cost_minor", where=_SPENT
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    key: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(32))
    rule: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    customer_id: Mapped[int | None]
    order_id: Mapped[int | None]
    ticket_id: Mapped[str | None] = mapped_column(String(64))
    agent_id: Mapped[int | None]  # who of the team asked for it; empty for rules, and for whoever is not known
    reason: Mapped[str | None] = mapped_column(String(16))  # why, if they said so; goes with the person it is about
    because: Mapped[str]
    due_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
    after_key: Mapped[str | None] = mapped_column(String(255))
    attempts: Mapped[int] = mapped_column(default=0)
    waits: Mapped[int] = mapped_column(default=0, server_default="0")  # of these: we were only asked to come back
    sends: Mapped[int] = mapped_column(default=0)  # how often the gate was passed; names the sender whose answer counts
    request: Mapped[str | None]  # the call as it is sent, to the letter, whenever it is sent again
    first_sent_at: Mapped[datetime | None]  # since when an earlier try may have come through
    sent_at: Mapped[datetime | None]  # when the gate was passed last
    vendor: Mapped[str | None] = mapped_column(String(32))  # who brings it, where there are several
    cost_minor: Mapped[int | None]
    pool_name: Mapped[str | None] = mapped_column(String(32))
    pool_id: Mapped[int | None] = mapped_column(ForeignKey("pools.id"))  # the month that pays
    code: Mapped[str | None] = mapped_column(String(32))  # why it ended as it did, for rules and counting
    problem: Mapped[str | None]
    reference: Mapped[str | None] = mapped_column(String(255))  # the other side's own id for the deed
    remark: Mapped[str | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Chore(Base):
    """One calendar job of one shop, done once for its period."""

    __tablename__ = "chores"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    period: Mapped[str] = mapped_column(String(32), primary_key=True)
    done_at: Mapped[datetime]


class Forgotten(Base):
    """A person who was erased, by the alias that stands for them wherever a sum must stay."""

    __tablename__ = "forgotten"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    alias: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[datetime]


class PrivacyRequest(Base):
    """What somebody asked about their data, and when it was done. The log outlives the shop."""

    __tablename__ = "privacy_requests"
    __table_args__ = (
        Index("ix_privacy_requests_shop", "shop_id", "id"),
        some_rows("ix_privacy_requests_waiting", "next_try_at", "shop_id", where="next_try_at IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int | None]  # empty when we never knew the shop
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64))  # a digest that tells one asker from another, and no more
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    problem: Mapped[str | None]  # why it is not done yet
    sealed_person: Mapped[bytes | None] = mapped_column(LargeBinary)  # who it is about, as long as that is needed
    sealed_copy: Mapped[bytes | None] = mapped_column(LargeBinary)  # for the merchant to hand over
