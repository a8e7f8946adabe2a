"""Listens: webhooks in, pages out. `front` is what a server serves; this is the Flask application behind it."""

from flask import Flask

from app.web import (
    address_page,
    agent_desk,
    consents,
    errors,
    framing,
    health,
    helpdesk_cards,
    helpdesk_hooks,
    identity,
    language,
    merchant,
    numbering,
    practice,
    story_page,
    vendor_hooks,
)
from app.web.seats import Seats
from jobs.runtime import World


def create_app(world: World) -> Flask:
    """Return the web application for this world: wires, nothing else."""
    app = Flask(__name__)
    app.extensions["world"] = world
    app.extensions["seats"] = Seats()
    app.extensions["previews"] = Seats(each=2, together=3)
    # Two slashes are no page, rather than a redirect to one: it would name whatever host the caller named.
    app.url_map.merge_slashes = False
    numbering.install(app)
    app.register_blueprint(helpdesk_hooks.blueprint)
    app.register_blueprint(helpdesk_cards.blueprint)
    app.register_blueprint(vendor_hooks.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(identity.blueprint)
    app.register_blueprint(merchant.blueprint)
    app.register_blueprint(agent_desk.blueprint)
    app.register_blueprint(consents.blueprint)
    app.register_blueprint(address_page.blueprint)
    app.register_blueprint(story_page.blueprint)
    if world.settings.practice:
        app.register_blueprint(practice.blueprint)
    app.jinja_env.globals.update(bridge=framing.bridge)
    language.install(app)
    errors.install(app)
    return app
