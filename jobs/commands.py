"""An agent typed a command on a ticket: it is read where it stands, and done as if they had pressed a button."""

from app.domain import commands, tickets
from app.domain.commands import Command
from app.domain.correspondents import UNSAID
from app.domain.events import AgentAction, CommandTyped, Proof
from app.domain.ports import Comment, Ticket
from app.domain.rules import typed
from app.store import agents
from app.store.base import reading, unit_of_work
from integrations.registry import FIRST_HELPDESK
from jobs import gather, who_is
from jobs.occasion import Occasion, finish
from jobs.on_helpdesk import agent_acted


def command_typed(occasion: Occasion, event: CommandTyped) -> None:
    """Do what was typed, if the helpdesk shows the same to the letter, in private; tell the author why not, if not.

    Nobody signed the call. Whoever rings with other words, or in another's name, is found out by the helpdesk; whoever
    changes there what they wrote, by the call.
    """
    outside = occasion.way_in
    comment = gather.typed(outside, event.ticket_id, event.comment_id)
    ticket = None if comment is None else gather.shown(outside, event.ticket_id)
    if comment is None or ticket is None:
        _leave(occasion)
        return
    refusal, command = _refusal(occasion, event, comment), commands.read(comment.text)
    if refusal is not None or command is None:
        _answer(occasion, event, ticket, *(refusal or (typed.HELP, commands.help_on(comment.text))))
        return
    agent_acted(occasion, _action(occasion, event, comment, command, ticket))


def _refusal(occasion: Occasion, event: CommandTyped, comment: Comment) -> tuple[str, str] | None:
    if (comment.author, commands.beginning(comment.text)) != (event.author, event.text):
        return typed.CHANGED, commands.CHANGED
    if not comment.private:
        return typed.PUBLIC, commands.PUBLIC
    # Which comments were done is forgotten with their letters, and nobody may ring for one of those again.
    return (typed.TOO_LATE, commands.TOO_LATE) if occasion.is_old(comment.written_at) else None


def _action(occasion: Occasion, event: CommandTyped, comment: Comment, command: Command, ticket: Ticket) -> AgentAction:
    kind = tickets.apart(event.ticket_id)[0] or FIRST_HELPDESK
    shop_id, seal = occasion.merchant.id, occasion.world.seal
    with reading(occasion.world.sessions) as session:
        author = agents.known(session, shop_id=shop_id, kind=kind, ref=comment.author, seal=seal)
    return AgentAction(
        act=command.act,
        ticket_id=event.ticket_id,
        email=ticket.email,
        # Whom nobody has introduced is a number, which the helpdesk vouches for all the same.
        agent_email="" if author is None else author.email,
        agent_name="" if author is None else author.name,
        agent_ref=tickets.written(kind, comment.author),
        proof=Proof.VOUCHED,
        order_name=command.order_name,
        amount=command.amount,
        as_credit=command.as_credit,
        days=command.days,
        day=command.day,
        message=command.message,
        compassion=command.compassion,
        confirm=event.comment_id if command.confirm else "",
        typed=event.comment_id,
    )


def _answer(occasion: Occasion, event: CommandTyped, ticket: Ticket, code: str, words: str) -> None:
    """Leave a private note. It names nobody, but the call does: of somebody who was forgotten no word of it is kept."""
    merchant = occasion.merchant
    who = who_is.who_is(occasion.world, merchant, occasion.way_in, UNSAID.at(ticket.email))
    decision = typed.answer(event.ticket_id, event.comment_id, code, words, merchant.policy, occasion.now)
    with unit_of_work(occasion.world.sessions) as session:
        finish(session, occasion, [decision], forget_words=who.forgotten)


def _leave(occasion: Occasion) -> None:
    with unit_of_work(occasion.world.sessions) as session:
        finish(session, occasion)
