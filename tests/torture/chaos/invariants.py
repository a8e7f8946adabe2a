"""What else must be true of a storm, beside the promises: while it raged, and of what nobody looks at.

The promises ask the books of both sides; these ask what was seen on the way, and whether anything is left lying about.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from tests.torture.chaos.promises import PROMISES, Facts

MOST_OPEN = 100  # files and sockets of one process
MOST_MEGABYTES = 400


def broken(facts: Facts) -> list[str]:
    """Return everything that is wrong: with the promises, and with these."""
    return [wrong for question in (*PROMISES, *INVARIANTS) for wrong in question(facts)]


def no_purse_was_overdrawn(facts: Facts) -> Iterator[str]:
    """Ask what the watch saw: at no instant was more spoken for than a purse held."""
    yield from facts.overdrawn


def nothing_is_held(facts: Facts) -> Iterator[str]:
    """Ask for what is over whether somebody still has it: a lease outlives nobody."""
    for row in facts.deliveries:
        if row["handled_at"] is not None and row["next_try_at"] is not None:
            yield f"delivery {row['id']} is handled and waits for {row['next_try_at']}"
    for row in facts.effects:
        over = row["ended_at"] is not None and row["code"] != "pending"
        if over and row["next_try_at"] is not None:
            yield f"effect {row['id']} {row['key']} is {row['state']} and waits for {row['next_try_at']}"


def what_failed_says_why(facts: Facts) -> Iterator[str]:
    """Ask for everything that did not end well: a person can read why."""
    for row in facts.deliveries:
        if row["handled_at"] is None and not row["problem"]:
            yield f"delivery {row['id']} ended without a word"
    for row in facts.effects:
        if row["state"] in {"refused", "withdrawn", "over_budget", "uncertain"} and not row["problem"]:
            yield f"effect {row['id']} {row['key']} is {row['state']} without a word"


def nothing_grows(facts: Facts) -> Iterator[str]:
    """Ask how much each process held at its fullest."""
    yield from _above(facts.most_open, MOST_OPEN, "files and sockets open")
    yield from _above(facts.most_megabytes, MOST_MEGABYTES, "MB of memory")


def each_letter_is_one_row(facts: Facts) -> Iterator[str]:
    """Ask the inbox whether it grew by more than what was sent, and by what we put into it ourselves."""
    ours = sum(row["delivery_key"].startswith(("spending:", "sweep:")) for row in facts.deliveries)
    sent = {(letter["subject"], letter["body"], str(letter["headers"])) for letter in facts.letters}
    if len(facts.deliveries) > ours + len(sent):
        yield f"{len(facts.deliveries)} deliveries are kept, of {len(sent)} letters and {ours} of our own"


def the_trail_is_whole(facts: Facts) -> Iterator[str]:
    """Ask the trail whether every seal fits the row before, and whether it says what the ledger says."""
    yield from facts.untrue


def no_secret_lies_open(facts: Facts) -> Iterator[str]:
    """Ask logs, Redis and the database for tokens, and all but the last for people."""
    yield from facts.spilt


INVARIANTS: tuple[Callable[[Facts], Iterable[str]], ...] = (
    no_purse_was_overdrawn,
    nothing_is_held,
    what_failed_says_why,
    nothing_grows,
    each_letter_is_one_row,
    the_trail_is_whole,
    no_secret_lies_open,
)


def _above(most: Mapping[str, int], limit: int, what: str) -> Iterator[str]:
    for role, held in most.items():
        if held > limit:
            yield f"a {role} had {held} {what}, more than {limit}"
