"""Keeps the practice pages at home: no login yet, so only this machine may look, and only these pages may post."""

from ipaddress import ip_address

from flask import Request, Response, abort, request

_AT_HOME = frozenset({"127.0.0.1", "localhost", "[::1]"})
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


def only_from_home() -> None:
    """Refuse (403) whoever asks from elsewhere, under another name, or posts from somebody else's page."""
    if not _called_by_home_name(request) or not _from_this_machine(request):
        abort(403)
    if request.method not in _HARMLESS and not _from_our_own_page(request):
        abort(403)


def let_forms_name_their_origin(response: Response) -> Response:
    """With `no-referrer`, browsers post `Origin: null`; to ourselves they may say where they come from."""
    response.headers["Referrer-Policy"] = "same-origin"
    return response


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


def _from_our_own_page(asked: Request) -> bool:
    site, origin = asked.headers.get("Sec-Fetch-Site"), asked.headers.get("Origin")
    ours = f"{asked.scheme}://{asked.headers.get('Host', '')}"
    if site is None:
        return origin == ours
    # A browser that hides its origin still says which kind of page posted.
    return site == "same-origin" and origin in {None, "null", ours}
