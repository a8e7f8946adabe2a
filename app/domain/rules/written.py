"""The words of an act: filled in with what is known, signed by a person, and looked at as they will come out."""

from dataclasses import dataclass

from app.domain import card_paper, card_words
from app.domain.agents import first_name
from app.domain.events import AgentAction
from app.domain.facts import AgentFacts

CODE = "card_words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the card says; `problem` is why it cannot go out like that, as (code, sentences for the agent)."""

    text: str
    problem: tuple[str, str] | None


def written(action: AgentAction, facts: AgentFacts, *, default: str = "") -> Written:
    """Return the agent's words as they would go out: the very ones that are kept, shown and sent."""
    name = first_name(action.agent_name)
    words = card_words.filled(action.message or default, {**facts.known, "agent": name})
    text = card_words.signed(words, name)
    sympathy = action.in_a_hard_time or facts.in_a_hard_time
    wrong = (
        *card_words.objections(words, sympathy=sympathy, never=facts.never),
        *card_paper.laid_out(text, facts.paper).wrong,
        *(() if name or card_words.ends_in_a_name(words) else (card_words.UNSIGNED,)),
    )
    return Written(text=text, problem=(CODE, " ".join(wrong)) if wrong else None)
