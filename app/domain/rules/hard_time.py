"""While it is a hard time for somebody, nothing promotional comes from us; when it is over, all is as it was."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.decisions import Decision
from app.domain.effects import Mute, Plan, Unmute
from app.domain.facts import Standing
from app.domain.rules import refund_keep

CODE = "sensitive"
WHY = "Nothing promotional for now."
OVER = "hard_time_over"


def refused(standing: Standing | None, now: datetime) -> tuple[str, str] | None:
    """Return why nothing promotional is given to the customer, as (code, sentence); None when it may be."""
    hard = standing is not None and standing.sensitive_until is not None and now < standing.sensitive_until
    return (CODE, WHY) if hard else None


def over(customer_id: int, mutes: Sequence[Mute], now: datetime) -> Decision:
    """Return what ends when a hard time does: every quiet that was asked for, as far as it came from us."""
    ends = [
        Unmute(
            customer_id=customer_id,
            quiet=mute.quiet,
            tag=mute.tag,
            until=mute.until,
            undoes=mute.key,
            occasion=f"{now:%Y-%m-%d}",
        )
        for mute in mutes
    ]
    return Decision(
        rule=refund_keep.RULE,
        subject=f"customer:{customer_id}",
        code=OVER,
        because="The time in which this customer was to be left in peace is over.",
        plans=tuple(Plan(effect=end, due_at=now, after=end.undoes) for end in ends),
    )
