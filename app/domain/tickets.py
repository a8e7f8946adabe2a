"""What a ticket is called, now that a shop may have several helpdesks: number 42 of one is not number 42 of another."""

_APART = ":"  # in no helpdesk's kind, and in no key of ours that holds a bare number


def written(kind: str, number: str) -> str:
    """Return the ticket's name among those of all helpdesks."""
    return f"{kind}{_APART}{number}"


def apart(ticket_id: str) -> tuple[str | None, str]:
    """Return the helpdesk's kind and its own number; a bare number is from when there was one kind alone: None."""
    kind, apart, number = ticket_id.partition(_APART)
    return (kind, number) if apart else (None, ticket_id)
