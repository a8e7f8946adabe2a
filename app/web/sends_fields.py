"""What a merchant decides about the sending of gifts: on which days nothing may arrive, and what none may hold."""

from app.domain.gifts import Flag
from app.web.fields import Days, Field, Group, SomeOf, Switch

SENDS = Group(
    name="sends",
    title="When gifts arrive",
    says="A day on which nothing may arrive moves to the next that will do, and whoever presses reads which.",
    fields=(
        Field(
            path="sends.blackouts",
            label="Days on which nothing may arrive",
            kind=Days(),
            hint="12-25 is Christmas of every year, 2026-12-24 one day alone. With commas between.",
        ),
        Field(path="sends.weekends", label="Also on Saturdays and Sundays", kind=Switch()),
        Field(
            path="sends.forbidden",
            label="What no gift may hold",
            kind=SomeOf(words=tuple(Flag)),
            hint=f"Any of {', '.join(Flag)}, with commas between. Cats: what is harmful to them.",
        ),
    ),
)
