"""What the store has not granted is off, and says so before anything is tried."""

from collections.abc import Mapping

from app.domain.effects import AddGiftLine, Effect, Mute, Quiet, RefundOrder, TagCustomer, Unmute
from app.domain.scopes import Feature, missing_for

CODE = "not_granted"
_FEATURES: Mapping[type[Effect], Feature] = {
    AddGiftLine: Feature.GIFT_LINES,
    RefundOrder: Feature.REFUNDS,
    TagCustomer: Feature.MARKS,
}


def off(feature: Feature, granted: frozenset[str] | None) -> tuple[str, str] | None:
    """Return why the feature is off, as (code, sentence); None when it is on, or the store has told us nothing."""
    missing = frozenset() if granted is None else missing_for(feature, granted)
    return (CODE, f"Off: the store has not granted {', '.join(sorted(missing))}.") if missing else None


def off_for(effect: Effect, granted: frozenset[str] | None) -> tuple[str, str] | None:
    """Return why a deed of this kind is off, as (code, sentence); None for most deeds."""
    feature = _FEATURES.get(type(effect))
    if isinstance(effect, Mute | Unmute) and effect.quiet in (Quiet.TAG, Quiet.FIELD):
        feature = Feature.MARKS
    return None if feature is None else off(feature, granted)
