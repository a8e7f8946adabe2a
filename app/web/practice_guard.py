"""Keeps what is told about the practice at home: it needs no ID token, so only this machine may ask."""

from ipaddress import ip_address

from flask import Request, abort, request

_AT_HOME = frozenset({"127.0.0.1", "localhost", "[::1]"})


def only_from_home() -> None:
    """Refuse (403) whoever asks from elsewhere, or under another name."""
    if not _called_by_home_name(request) or not _from_this_machine(request):
        abort(403)


def _called_by_home_name(asked: Request) -> bool:
    # DNS rebinding: a stranger's page may point its own name at 127.0.0.1, but the browser then sends that name.
    host = asked.headers.get("Host", "")
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        name, port = host, "80"
    return name.lower() in _AT_HOME and port.isascii() and port.isdigit()


def _from_this_machine(asked: Request) -> bool:
    try:
        return ip_address(asked.remote_addr or "").is_loopback
    except ValueError:
        return False
