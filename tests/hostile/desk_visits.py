"""The agents' desk: who has a ticket's link and nothing else, who wears another's proof, who comes late or twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.hostile.case import CANARY, only

TICKET, ENTER, LOGIN = "/desk/api/ticket", "/desk/enter", "/desk/login"


@dataclass(frozen=True, slots=True, kw_only=True)
class Badges:
    """What people at the desk have in hand."""

    desk: str
    about: str  # a good pass
    token: str  # of an agent of that shop
    others: str  # of an agent of another shop
    let_go: str  # of an agent who was let go since
    signed_out: str  # of a browser that was signed out
    used: str  # a login link's code that another browser has brought


Recipe = Callable[[Badges], str]


def _good(badges: Badges) -> str:
    return badges.about


def _worn(badges: Badges) -> str:
    return f"Bearer {badges.token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One call at the desk; what is not said is as it should be."""

    number: int
    name: str
    path: str = TICKET
    about: Recipe = _good
    worn: Recipe = _worn
    desk: str = ""
    more: Mapping[str, Recipe] = field(default_factory=dict)  # in the body
    expects: frozenset[int] = only(401)


def _code(text: str) -> Mapping[str, Recipe]:
    return {"code": lambda _badges: text, "browser": lambda _badges: "b" * 32}


def _ask(number: int, name: str, email: str, browser: str = "b" * 32, expects: frozenset[int] = only(202)) -> Visit:
    more: Mapping[str, Recipe] = {"email": lambda _badges: email, "browser": lambda _badges: browser}
    return Visit(number=number, name=name, path=LOGIN, worn=lambda _badges: "", more=more, expects=expects)


UNREAD, UNKNOWN = only(422), only(401)
VISITS: tuple[Visit, ...] = (
    Visit(number=143, name="a pass that somebody made up", about=lambda _b: CANARY, expects=UNREAD),
    Visit(number=143, name="a pass of another letter", about=lambda b: f"{b.about[:-6]}AAAAAA", expects=UNREAD),
    Visit(number=144, name="half a pass", about=lambda b: b.about[: len(b.about) // 2], expects=UNREAD),
    Visit(number=144, name="a pass with more behind it", about=lambda b: f"{b.about}{b.about}", expects=UNREAD),
    Visit(number=144, name="no pass", about=lambda _b: "", expects=UNREAD),
    Visit(number=144, name="a pass without end", about=lambda b: b.about * 100, expects=UNREAD),
    Visit(number=145, name="a pass at another desk", desk="nobodys-desk", expects=UNREAD),
    Visit(number=146, name="another shop's pass", worn=lambda b: f"Bearer {b.others}", expects=UNREAD),
    Visit(number=148, name="a pass alone", worn=lambda _b: ""),
    Visit(number=148, name="a pass for a proof", worn=lambda b: f"Bearer {b.about}"),
    Visit(number=149, name="a session that somebody made up", worn=lambda _b: f"Bearer {CANARY}"),
    Visit(number=149, name="a session cut short", worn=lambda b: f"Bearer {b.token[:-1]}"),
    Visit(number=150, name="a small b", worn=lambda b: f"bearer {b.token}"),
    Visit(number=150, name="two sessions", worn=lambda b: f"Bearer {b.token}, Bearer {b.token}"),
    Visit(number=150, name="another scheme", worn=lambda b: f"Basic {b.token}"),
    Visit(number=151, name="a session in a body", worn=lambda _b: "", more={"token": lambda b: b.token}),
    Visit(number=152, name="somebody who was let go", worn=lambda b: f"Bearer {b.let_go}"),
    Visit(number=153, name="a browser that was signed out", worn=lambda b: f"Bearer {b.signed_out}"),
    Visit(
        number=154,
        name="a login link, once more",
        path=ENTER,
        more={"code": lambda b: b.used, "browser": lambda _b: "x" * 32},
    ),
    Visit(number=156, name="a login link that somebody guessed", path=ENTER, more=_code(CANARY)),
    Visit(number=156, name="a login link of 5,000 letters", path=ENTER, more=_code("x" * 5_000), expects=UNREAD),
    Visit(
        number=157,
        name="a browser with a name of 5,000 letters",
        path=ENTER,
        more={"code": lambda b: b.used, "browser": lambda _b: "x" * 5_000},
        expects=UNREAD,
    ),
    Visit(number=160, name="a press without its preview", path="/desk/api/act", expects=UNREAD),
    Visit(number=160, name="a press by a preview", path="/desk/api/preview", worn=lambda _b: "", expects=UNKNOWN),
    _ask(163, "an ask for a stranger", f"{CANARY}@evil.example"),
    _ask(163, "an ask for one of the team", "sam@practice.example"),
    _ask(163, "an ask for nobody that could be", "%@%"),
    _ask(164, "an ask with a line more", "sam@practice.example\r\nBcc: eve@evil.example", expects=UNREAD),
    _ask(164, "an ask for two", "sam@practice.example,eve@evil.example", expects=UNREAD),
    _ask(164, "an ask from right to left", "sam@practice.example\u202e"),
    _ask(165, "an ask of 5,000 letters", f"{'s' * 5_000}@practice.example", expects=UNREAD),
    _ask(165, "an ask by a browser of 5,000 letters", "sam@practice.example", "b" * 5_000, expects=UNREAD),
    _ask(165, "an ask by no browser", "sam@practice.example", "", expects=UNREAD),
    *(
        Visit(
            number=161,
            name=f"a deed of another shop's, to {deed}",
            path=f"/desk/api/{deed}/@effect@",
            worn=lambda b: f"Bearer {b.others}",
            expects=UNREAD,
        )
        for deed in ("undo", "allow", "decline")
    ),
)
