"""The tables of merchants' accounts at helpdesks and gift vendors, and of the test tickets in those."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class Connection(Base):
    """One shop's account at a helpdesk or a gift vendor."""

    __tablename__ = "connections"
    __table_args__ = (
        UniqueConstraint("shop_id", "kind"),
        UniqueConstraint("kind", "token_digest"),
        Index("ix_connections_public_id", "public_id", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    kind: Mapped[str] = mapped_column(String(32))
    account: Mapped[str] = mapped_column(String(255))
    user: Mapped[str] = mapped_column(String(255))
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    token_digest: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the token in the webhook's URL
    sealed_secrets: Mapped[bytes | None] = mapped_column(LargeBinary)  # of the webhook's header, comma separated
    broken_since: Mapped[datetime | None]  # since then they do not take our key; empty while they do
    public_id: Mapped[str | None] = mapped_column(String(32))  # in the address of the agents' desk
    sealed_token: Mapped[bytes | None] = mapped_column(LargeBinary)  # in the webhook's URL, for whoever sets it up anew
    state: Mapped[str] = mapped_column(String(16), default="live", server_default="live")  # domain.helpdesk_setup.Stage
    parts: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))  # what we made there, by our names
    ails: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # what was wrong when last looked at
    trouble: Mapped[str | None] = mapped_column(String(200))  # why it is not further, in words
    voucher: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))  # by what its frames vouch
    tries: Mapped[int] = mapped_column(default=0, server_default="0")  # that came to nothing, in a row
    checked_at: Mapped[datetime | None]
    look_at: Mapped[datetime | None]  # when somebody looks after it next; empty: nobody need
    held_until: Mapped[datetime | None]  # by whoever looks after it now
    sealed_refresh: Mapped[bytes | None] = mapped_column(LargeBinary)  # brings the next key, where they gave it to us
    key_expires_at: Mapped[datetime | None]  # where they gave it to us
    key_lease: Mapped[str | None] = mapped_column(String(32))  # who fetches the next key now
    key_lease_until: Mapped[datetime | None]  # till then nobody else does
    marks_to: Mapped[int | None]  # customers up to this one were looked at, whether their marks are still shown there
    marks_at: Mapped[datetime | None]  # when the next of them are: now if empty
    options: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))  # what else was said; no secret
    mode: Mapped[str | None] = mapped_column(String(8))  # domain.gifts.Mode, as it was when last looked at
    balance_minor: Mapped[int | None]  # what was left there when last looked at, where there is any to run out
    balance_currency: Mapped[str | None] = mapped_column(String(3))


class SampleTicket(Base):
    """The one test ticket of a shop in a kind of helpdesk: asked for, written, and there until it is taken away.

    The address that it is from is kept no longer than until it is written.
    """

    __tablename__ = "sample_tickets"
    __table_args__ = (UniqueConstraint("shop_id", "kind"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(32))  # by which it is found over there
    stage: Mapped[str] = mapped_column(String(8))  # domain.sample_tickets.SampleStage
    sealed_email: Mapped[bytes | None] = mapped_column(LargeBinary)
    number: Mapped[str | None] = mapped_column(String(32))  # over there
    tries: Mapped[int] = mapped_column(default=0)  # that came to nothing, in a row
    trouble: Mapped[str | None] = mapped_column(String(200))  # why it is not further, in words
    written_at: Mapped[datetime | None]  # when the try began that wrote it
