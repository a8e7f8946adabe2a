"""The admin's addresses: the frame around the app for people, and what App Bridge asks for inside of it."""

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.store import admin, comings
from integrations.sandbox.store.shops import KIND as SHOPS
from integrations.sandbox.store.shops import granted
from integrations.sandbox.town import PRACTICE_SHOP, Town

_STANDARD_TARGET = "http://127.0.0.1:8765"


def blueprint(town: Town) -> Blueprint:
    """Return the admin's routes."""
    routes = Blueprint(
        "admin", __name__, template_folder="templates", static_folder="static", static_url_path="/shopify/admin-files"
    )
    _show_frame(routes, town)
    _lead_to_people(routes)
    _answer_app_bridge(routes, town)
    return routes


def app_origin(town: Town) -> str:
    """Return where the app's pages are."""
    return (town.settings.target or _STANDARD_TARGET).rstrip("/")


def _show_frame(routes: Blueprint, town: Town) -> None:
    @routes.get("/shopify/<domain>/admin/apps/lagniappe")
    @routes.get("/shopify/<domain>/admin/apps/lagniappe/<path:page>")
    def frame(domain: str, page: str = "") -> ResponseReturnValue:
        with town.books.turn() as turn:
            shop = _shop(turn, domain)
        locale = "fr" if request.args.get("locale", "").startswith("fr") else "en"
        query = admin.opening_query(town.settings, domain, town.clock.now(), locale)
        shown = render_template("admin/frame.html", shop=shop, app=f"{app_origin(town)}/{page}?{query}")
        policy = (
            f"default-src 'none'; style-src 'self'; img-src data:; frame-src {app_origin(town)}; frame-ancestors 'none'"
        )
        return Response(shown, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})


def _lead_to_people(routes: Blueprint) -> None:
    """Lead from the admin's own pages to the town's, which knows people and orders by the same numbers, or to ours."""

    @routes.get("/store/<store>/customers/<int:key>")
    def customer(store: str, key: int) -> ResponseReturnValue:  # noqa: ARG001  # there is one town
        return redirect(url_for("page.person", key=key))

    @routes.get("/store/<store>/orders/<int:key>")
    def order(store: str, key: int) -> ResponseReturnValue:  # noqa: ARG001
        return redirect(url_for("page.order", key=key))

    @routes.get("/store/<store>/apps/<app>/<path:page>")
    def our_app(store: str, app: str, page: str) -> ResponseReturnValue:  # noqa: ARG001
        return redirect(url_for("admin.frame", domain=f"{store}.myshopify.com", page=page))


def _answer_app_bridge(routes: Blueprint, town: Town) -> None:
    @routes.get("/shopify/app-bridge.js")
    def script() -> ResponseReturnValue:
        return routes.send_static_file("app-bridge.js")

    @routes.get("/shopify/polaris.js")
    def components() -> ResponseReturnValue:
        return routes.send_static_file("polaris.js")

    @routes.get("/shopify/app-bridge/id-token")
    def id_token() -> ResponseReturnValue:
        with town.books.turn() as turn:
            domain = str(_asked(turn)["domain"])
        return jsonify(id_token=admin.id_token(town.settings, domain, town.clock.now()))

    @routes.get("/shopify/app-bridge/scopes")
    def scopes() -> ResponseReturnValue:
        with town.books.turn() as turn:
            return jsonify(granted=sorted(granted(_asked(turn))))

    @routes.post("/shopify/app-bridge/scopes")
    def grant() -> ResponseReturnValue:
        with town.books.turn() as turn:
            shop = _asked(turn)
            comings.grant(town, turn, str(shop["domain"]), {*shop["scopes"], *request.form.getlist("scope")})
            granted_now = sorted(granted(_asked(turn)))
        return jsonify(granted=granted_now)

    @routes.get("/shopify/app-bridge/variants")
    def variants() -> ResponseReturnValue:
        with town.books.turn() as turn:
            found = turn.find("variants", "shop", str(_asked(turn)["domain"]))
            return jsonify(
                variants=[{"id": f"gid://shopify/ProductVariant/{v['id']}", "title": v["name"]} for v in found]
            )

    @routes.after_request
    def let_the_app_ask(response: Response) -> Response:
        if request.headers.get("Origin") == app_origin(town):
            response.headers["Access-Control-Allow-Origin"] = app_origin(town)
        return response


def _asked(turn: Turn) -> Doc:
    """Return the shop that the script speaks for: whoever opens the app by itself means the practice shop."""
    return _shop(turn, request.args.get("shop") or PRACTICE_SHOP)


def _shop(turn: Turn, domain: str) -> Doc:
    return turn.get(SHOPS, domain) or abort(404)
