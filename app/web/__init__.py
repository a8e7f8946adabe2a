"""Listens: webhooks in, pages out."""

from flask import Flask

from app.web import errors, framing, health, helpdesk_hooks, identity, merchant, practice, shopify_webhooks
from jobs.runtime import World

# Shopify's largest bodies are well below this; what is larger is nobody we know.
MOST_BODY_BYTES = 2 * 1024 * 1024


def create_app(world: World) -> Flask:
    """Return the web application for this world: wires, nothing else."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES
    app.extensions["world"] = world
    app.register_blueprint(shopify_webhooks.blueprint)
    app.register_blueprint(helpdesk_hooks.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(identity.blueprint)
    app.register_blueprint(merchant.blueprint)
    if world.settings.practice:
        app.register_blueprint(practice.blueprint)
    app.jinja_env.globals.update(bridge=framing.bridge)
    errors.install(app)
    return app
