"""Second thoughts come after the first: what takes something back waits for the press that it takes back."""

from app.domain import commands
from app.domain.errors import Malformed, Unavailable
from app.domain.events import Act, AgentAction, CommandTyped
from app.store import inbox
from app.store.base import Session
from app.store.inbox import Letter
from integrations import registry

ASK_AGAIN_SECONDS = 5.0


def after_the_first(session: Session, letter: Letter, action: AgentAction) -> None:
    """Raise Unavailable while somebody's earlier press for flowers on this ticket is not done, where these go back.

    It may be in another worker's hands, or be waiting for a store that had no time. The caller holds the shop's lock.
    """
    if action.act is not Act.WITHDRAW_FLOWERS:
        return
    earlier = [each for each in inbox.awaited(session, shop_id=letter.shop_id) if each.id < letter.id]
    if any(_asks_for_flowers(each, action.ticket_id) for each in earlier):
        raise Unavailable("the flowers are still being planned", retry_after=ASK_AGAIN_SECONDS)


def _asks_for_flowers(letter: Letter, ticket_id: str) -> bool:
    understand = registry.SOURCES.get(letter.source)  # None: for a newer version to read
    try:
        event = None if understand is None else understand(letter.topic, letter.body)
    except Malformed:
        return False
    if isinstance(event, AgentAction):
        return event.ticket_id == ticket_id and (event.act is Act.FLOWERS or event.with_flowers)
    command = commands.read(event.text) if isinstance(event, CommandTyped) and event.ticket_id == ticket_id else None
    return command is not None and command.act is Act.FLOWERS
