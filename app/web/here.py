"""The world of the application that answers this request."""

from typing import cast

from flask import current_app

from jobs.runtime import World


def world() -> World:
    """Return the world that `create_app` was given."""
    return cast("World", current_app.extensions["world"])
