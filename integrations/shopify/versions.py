"""How long a version of the Admin API lives: one comes each quarter, and each is served for a year at least."""

from datetime import UTC, datetime

_HOUR = 17  # UTC, of the quarter's first day


def newest(now: datetime) -> str:
    """Return the newest stable version there is at this moment."""
    quarter = (now.month - 1) // 3 * 3 + 1
    if now < datetime(now.year, quarter, 1, _HOUR, tzinfo=UTC):
        return f"{now.year - 1}-10" if quarter == 1 else f"{now.year}-{quarter - 3:02}"
    return f"{now.year}-{quarter:02}"


def served_until(version: str) -> datetime:
    """Return until when a version is served for certain."""
    year, month = map(int, version.split("-"))
    return datetime(year + 1, month, 1, _HOUR, tzinfo=UTC)
