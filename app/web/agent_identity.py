"""Who sits at the desk. Each call of its page brings the browser's own token in a header; nothing else counts.

No cookie: in a helpdesk's frame none would come along, and what does not come along by itself cannot be misused.
"""

import structlog
from flask import g, request
from flask.typing import ResponseReturnValue

from app.store.agent_sessions import Visitor
from app.web.here import world
from jobs import agent_door

log = structlog.get_logger("agent")

# These show nothing of anybody's but of whoever they let in.
OPEN = frozenset({"agent.shell", "agent.framed", "agent.enter", "agent.ask_for_link"})


def recognise() -> ResponseReturnValue | None:
    """Let in whoever is signed in. Runs before everything that the desk shows or does."""
    if request.endpoint in OPEN:
        return None
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    found = agent_door.who(world(), token) if kind == "Bearer" and token else None
    if found is None:
        log.info("agent.unproven", page=request.path)
        return {"who": True}, 401
    g.agent = found
    return None


def visitor() -> Visitor:
    """Return who looks."""
    found: Visitor = g.agent
    return found
