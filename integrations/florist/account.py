"""The merchant's account at the florist, and who stands on the bill."""

from dataclasses import asdict, dataclass, field

from pydantic import TypeAdapter, ValidationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who orders. The florist writes to this e-mail address about the order, so it must never be the recipient's."""

    name: str
    address1: str
    city: str
    state: str
    zipcode: str
    country: str
    phone: str
    email: str
    address2: str = ""

    def as_customer(self) -> dict[str, str]:
        """Return the sender in the florist's words; there is no browser whose address could stand under ip."""
        return {**asdict(self), "ip": "0.0.0.0"}  # noqa: S104 - no address to listen on, but none at all


@dataclass(frozen=True, slots=True, kw_only=True)
class FloristAccount:
    """Credentials; `sender` is None until the merchant has said who sends."""

    key: str
    password: str = field(repr=False)
    sender: Sender | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What stands where the password would, once the merchant has said who sends."""

    password: str = field(repr=False)
    sender: Sender


PRACTICE_SENDER = Sender(
    name="Lagniappe practice",
    address1="1 Practice Lane",
    city="Springfield",
    state="IL",
    zipcode="62701",
    country="US",
    phone="217-555-0100",
    email="lagniappe@practice.example",
)
_LOGIN = TypeAdapter(Login)


def read(credentials: str) -> FloristAccount:
    """Return the account from "key:password", where JSON with password and sender may stand for the password.

    Raises ValueError, which quotes nothing of them.
    """
    key, _, password = credentials.partition(":")
    if not password.startswith("{"):
        return FloristAccount(key=key, password=password)
    try:
        login = _LOGIN.validate_json(password)
    except ValidationError as fault:
        # Not chained: it quotes what it was given.
        raise ValueError(f"florist account: {fault.error_count()} fields missing or wrong") from None
    return FloristAccount(key=key, password=login.password, sender=login.sender)
