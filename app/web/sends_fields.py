"""What a merchant decides about the sending of gifts: on which days nothing may arrive, and what none may hold."""

from app.domain.gifts import Flag
from app.web.fields import Days, Field, Group, SomeOf, Switch
from app.web.language import N_

SENDS = Group(
    name="sends",
    title=N_("When gifts arrive"),
    says=N_("A day on which nothing may arrive moves to the next that will do, and whoever presses reads which."),
    fields=(
        Field(
            path="sends.blackouts",
            label=N_("Days on which nothing may arrive"),
            kind=Days(),
            hint=N_("12-25 is Christmas of every year, 2026-12-24 one day alone. With commas between."),
        ),
        Field(path="sends.weekends", label=N_("Also on Saturdays and Sundays"), kind=Switch()),
        Field(
            path="sends.forbidden",
            label=N_("What no gift may hold"),
            kind=SomeOf(words=tuple(Flag)),
            hint=N_(
                "Any of food, alcohol, allergens, battery, cats, liquid, with commas between. Cats: what is harmful to"
                " them."
            ),
        ),
    ),
)
