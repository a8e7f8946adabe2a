"""Who may show our pages in a frame, and which scripts run in them."""

from urllib.parse import urlsplit

from flask import Response, g, request

from app.web.here import world
from integrations.shopify import domains


def frameable() -> None:
    """Say that this page shows nothing of anybody's, so that it may be framed before it is known who looks."""
    g.frameable = True


def bridge() -> dict[str, str] | None:
    """Return what a page's head needs of the admin's scripts; None for pages that have no business in a frame."""
    chosen = world().settings
    if not chosen.shopify_client_id or not ("visitor" in g or "frameable" in g):
        return None
    return {"key": chosen.shopify_client_id, "script": chosen.app_bridge_url, "polaris": chosen.polaris_url}


def allow_framing(response: Response) -> Response:
    """Let the shop's own admin, and nobody else, frame this page; allow its scripts where they are emitted."""
    if bridge() is not None:
        chosen = world().settings
        script, polaris = _origin(chosen.app_bridge_url), _origin(chosen.polaris_url)
        scripts = " ".join(dict.fromkeys(filter(None, (script, polaris))))
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'self'; script-src 'self' {scripts}; img-src 'self' data:;"
            f" connect-src 'self' {script}; form-action 'self'; base-uri 'none';"
            f" frame-ancestors {' '.join(_ancestors())}"
        )
    return response


def _ancestors() -> list[str]:
    chosen = world().settings
    # Before it is known who looks there is only the address to go by, and nothing on the page to be had.
    shop = g.visitor.shop if "visitor" in g else domains.proper(request.args.get("shop", ""))
    at_home = [_origin(chosen.shopify_origin.format(shop=shop))] if shop else []
    return list(dict.fromkeys([*at_home, chosen.shopify_admin_origin]))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if url else ""
