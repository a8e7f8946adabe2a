"""The answer to a command that is not done: a private note, and nothing else."""

from datetime import datetime

from app.domain.decisions import Decision
from app.domain.effects import Plan, PostNote
from app.domain.policy import Mode, Policy
from app.domain.rules import agent_acts, refund_keep

HELP, PUBLIC, CHANGED, TOO_LATE = "command_help", "command_public", "command_changed", "command_too_late"


def answer(ticket_id: str, comment_id: str, code: str, words: str, policy: Policy, now: datetime) -> Decision:
    """Return the note. It goes as far as the agents' acts do: where all of them are only watched, so is it."""
    rules = (refund_keep.RULE, agent_acts.FLOWERS)
    rule = next((each for each in rules if policy.mode_of(each) is not Mode.OBSERVE), refund_keep.RULE)
    note = PostNote(ticket_id=ticket_id, text=words, about=f"{code}:{comment_id}")
    because = words.partition("\n")[0]
    return Decision(
        rule=rule, subject=f"ticket:{ticket_id}", code=code, because=because, plans=(Plan(effect=note, due_at=now),)
    )
