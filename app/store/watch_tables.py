"""The tables that watch over the others: trail and pulse, brake and switch, and how far a night's review has come."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId, some_rows


class Trail(Base):
    """The audit trail: what moved, when, in whose name. Added to, never changed; the seal comes a little later."""

    __tablename__ = "trail"
    __table_args__ = (
        UniqueConstraint("shop_id", "place"),
        some_rows("ix_trail_unsealed", "shop_id", "id", where="place IS NULL"),
        Index("ix_trail_effect", "effect_id", "id"),
        some_rows(
            "ix_trail_answers",  # what people said to what a rule asked
            *("shop_id", "rule", "why", "effect_id"),
            where="why IN ('approved', 'declined')",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.current_timestamp())
    what: Mapped[str] = mapped_column(String(32))  # the state that a deed moved to, or a word for anything else
    who: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str | None] = mapped_column(String(32))
    why: Mapped[str] = mapped_column(String(200))
    amount_minor: Mapped[int | None]
    effect_id: Mapped[int | None]
    reference: Mapped[str | None] = mapped_column(String(255))  # the other side's own number, where money moved
    place: Mapped[int | None]  # in its shop's chain, counted from 1
    seal: Mapped[str | None] = mapped_column(String(64))


class TrailHead(Base):
    """Where a shop's chain ends so far, and the key that its seals are made with."""

    __tablename__ = "trail_heads"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    place: Mapped[int] = mapped_column(default=0)
    seal: Mapped[str] = mapped_column(String(64), default="")
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)


class Pulse(Base):
    """The one row that only grows; others remember how far it has come."""

    __tablename__ = "pulses"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    installation: Mapped[str] = mapped_column(String(32))  # by which name they remember it
    number: Mapped[int]
    at: Mapped[datetime]
    stale_at: Mapped[datetime]  # silent for so long, it may have been restored: nothing is sent from then on


class Tally(Base):
    """What was counted under one name in one period: a rule's day, its day of mere watching, an agent's minute.

    What is usual, and the two moments, are a rule's alone.
    """

    __tablename__ = "tallies"
    __table_args__ = (
        some_rows("ix_tallies_stopped", "shop_id", where="stopped_at IS NOT NULL AND released_at IS NULL"),
    )

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    period: Mapped[str] = mapped_column(String(16), primary_key=True)  # "2026-11-26" by the shop's clock, or a minute
    deeds: Mapped[int] = mapped_column(default=0)
    minor: Mapped[int] = mapped_column(default=0)
    usual_deeds: Mapped[int] = mapped_column(default=0)  # as the days before this one had it
    usual_minor: Mapped[int] = mapped_column(default=0)
    stopped_at: Mapped[datetime | None]  # since when the rule waits for people
    released_at: Mapped[datetime | None]  # when somebody let it go on all the same


class Stop(Base):
    """One throw of the operator's switch. As long as one was not released, nothing leaves the house, of any shop."""

    __tablename__ = "stops"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    stopped_at: Mapped[datetime]
    because: Mapped[str]  # for every merchant to read
    released_at: Mapped[datetime | None]


class Alarm(Base):
    """One deed that somebody should look at, until what it is about is settled; who knows of it is told no more."""

    __tablename__ = "alarms"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    effect_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(String(16), primary_key=True)
    since: Mapped[datetime]
    known_at: Mapped[datetime | None]  # since when the merchant knows, and leaves it at that


class Review(Base):
    """A shop's newest review, and behind which of its customers it goes on."""

    __tablename__ = "reviews"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(32))  # the chore's
    began_at: Mapped[datetime]  # of this moment is all that it decides
    few: Mapped[bool]  # of the customers move, so that a person need not be asked first
    reached: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
