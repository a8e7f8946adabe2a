"""Where calls may go: out into the world, and inside only where whoever runs us has said so.

A merchant may type an address, and another side may answer with one. Neither may lead our keys to a machine beside us.
"""

import re
import socket
from collections.abc import Container
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Thread
from urllib.parse import SplitResult, urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_TOP = re.compile(r"[a-z]{2,}|xn--[a-z0-9-]+")
_PORTS = {"https": 443, "http": 80}
_WORLD = IPv6Network("2000::/3")  # nothing else of IPv6 was ever given to the public world
_TRANSLATED = IPv6Network("64:ff9b::/96")  # by a machine beside us, into the old address in its last 32 bits
_Address = tuple[socket.AddressFamily, str]


class Inside(OSError):
    """The name leads to an address that is not the public world's; nothing was sent."""


class Unresolved(OSError):
    """Nobody says where the name leads, or not in time; nothing was sent."""


def on_this_machine(url: str) -> bool:
    """Return whether the address is the loopback: practice, where nothing leaves the machine."""
    return urlsplit(url).hostname in _LOOPBACK


def named_origins(*templates: str) -> frozenset[str]:
    """Return the origins that the settings name in full: whatever they lead to is meant.

    A template whose host holds a placeholder names none: the rest of the name is typed by somebody else.
    """
    return frozenset(origin(each) for each in templates if "{" not in urlsplit(each).netloc)


def origin(url: str) -> str:
    """Return scheme, host and port of an address, in one form."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _PORTS.get(parts.scheme)}"


def refuse_odd(url: str, trusted: Container[str]) -> None:
    """Raise ValueError for an address that no call may go to, whatever its name leads to."""
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address with a user in it is not called")
    if parts.scheme == "http" and not on_this_machine(url):
        raise ValueError("only https may leave this machine")
    if parts.scheme not in _PORTS:
        raise ValueError("only https is called")
    if origin(url) not in trusted and not _public_looking(parts):
        raise ValueError("only https to a public name on its usual port is called")


def resolved(host: str, port: int, *, seconds: float, trusted: bool) -> list[_Address]:
    """Return the addresses that the name leads to, all of them checked; the call must go to one of these.

    Raises Inside when any of them is not public: a name that leads both ways is meant to deceive. Raises Unresolved,
    after `seconds` at the latest, for the system's own resolver has no limit that holds.
    """
    found = _looked_up(host, port, seconds)
    if not trusted and not all(_is_public(address) for _, address in found):
        raise Inside("the name leads inside")
    return found


def _public_looking(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    # A name ends in letters: numbers, in whatever base, are an address in disguise.
    named = "." in host and _TOP.fullmatch(host.rpartition(".")[2])
    return parts.scheme == "https" and parts.port in (None, 443) and bool(named)


def _is_public(address: str) -> bool:
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        hidden = IPv4Address(ip.packed[-4:]) if ip in _TRANSLATED else ip.ipv4_mapped or ip.sixtofour
        if hidden is not None:
            return _is_public(str(hidden))
        if ip not in _WORLD:
            return False
    return ip.is_global and not ip.is_multicast


def _looked_up(host: str, port: int, seconds: float) -> list[_Address]:
    answers: list[list[_Address] | OSError] = []

    def look_up() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.append([(family, str(address[0])) for family, _, _, _, address in rows])
        except (OSError, UnicodeError) as fault:
            answers.append(Unresolved(str(fault)))

    # In a thread that may be left behind: the resolver cannot be told to hurry, nor be interrupted.
    thread = Thread(target=look_up, daemon=True, name="resolver")
    thread.start()
    thread.join(seconds)
    answer = answers[0] if answers else Unresolved("no answer in time")
    if isinstance(answer, OSError):
        raise answer
    return answer
