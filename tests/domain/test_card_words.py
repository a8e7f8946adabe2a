"""What may stand on a card: filled in and signed, selling nothing, promising nothing, and naming nobody's dead dog."""

import pytest

from app.domain import card_words

KNOWN = {"first_name": "Łukasz", "agent": "Robin", "shop": "Pets & Co", "order_item": "Cat  tree\nin oak"}
UNFILLED = "“{}” was not filled in yet."
SELLS = "A card sells nothing: please leave out “{}”."
TRADES = "In a hard time a card names no price and leads to no shop: please leave out “{}”."
PROMISES = "This cannot be promised: “{}”. Please say it without."
NEVER = "Please leave out “{}”: this customer never wants to hear of it, as the team noted."


@pytest.mark.parametrize(
    "words",
    [
        "Thank you for three years with us.",
        "Danke, Łukasz: es war schön, von Moka zu lesen! 谢谢",
        "Your order #1001 came back, and so did we: 100 % on us. 5 boots, 2 mugs & a hug",
        "I love the picture (it hangs in our kitchen). Oh dear, what a dog!",
        "It was 64.50 €, and worth it. B2B, A4 and 24/7 are no codes",
        "Your parcel arrived on Monday, and I am sorry that it was the wrong one.",
        "We will be there for you, and better days will come.",
        "Get well soon. None of us forgets you.",
    ],
)
def test_given_words_of_a_person_when_looked_at_then_they_may_go_out(words: str) -> None:
    assert card_words.objections(words) == ()


@pytest.mark.parametrize(
    ("words", "gap"),
    [
        ("Dear {{customer.name}}, thank you", "{{customer.name}}"),
        ("Dear {name}, thank you", "{name}"),
        ("Dear {first_name, thank you", "{first_name"),
        ("Dear {\u200bname}, thank you", "{name}"),
        ("Dear ｛name｝, thank you", "{name}"),
        ("Dear {% customer %}, thank you", "{% customer %}"),
        ("Dear [Name], thank you", "[Name]"),
        ("Dear [[Name]], thank you", "[[Name]]"),
        ("Dear <customer>, thank you", "<customer>"),
        ("Dear %first_name%, thank you", "%first_name%"),
        ("Dear *|FNAME|*, thank you", "*|FNAME|*"),
        ("Dear $NAME, thank you", "$NAME"),
        ("Dear ____, thank you", "____"),
        ("Dear XXX, thank you", "XXX"),
        ("Dear None, thank you", "Dear None"),
        ("Dear , thank you", "Dear ,"),
        ("Thank you. TODO: something about the dog", "TODO"),
    ],
)
def test_given_a_gap_that_nobody_filled_in_when_looked_at_then_it_is_named(words: str, gap: str) -> None:
    assert card_words.objections(words) == (UNFILLED.format(gap),)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Use SAVE10 next time", "SAVE10"),
        ("Use WELCOME-15 next time", "WELCOME-15"),
        ("Use A1B2C3D4 next time", "A1B2C3D4"),
        ("Use ＳＡＶＥ１０ next time", "SAVE10"),
        ("With the code HUGS it is on us", "code HUGS"),
        ("Here is a cou\u200bpon for you", "coupon"),
        ("Your Promo Code is inside", "Promo Code"),
        ("We give you 10%\noff", "10% off"),
        ("Wir schenken dir 20 % Rabatt", "20 % Rabatt"),
    ],
)
def test_given_a_card_that_sells_when_looked_at_then_it_is_refused_and_says_what(words: str, named: str) -> None:
    assert card_words.objections(words) == (SELLS.format(named),)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("So sorry. 20 % of us cried", "20 %"),
        ("So sorry. You have 300 points left", "300 points"),
        ("So sorry. The $25.00 are yours", "$25.00"),
        ("So sorry. It was 12 euros", "12 euros"),
        ("So sorry. Look at https://pets.example/hug", "https://pets.example/hug"),
        ("So sorry. We are at petsandco.com", "petsandco.com"),
        ("So sorry. Perhaps with your next order", "next order"),
    ],
)
def test_given_a_hard_time_when_a_card_names_a_price_or_a_shop_then_that_is_refused(words: str, named: str) -> None:
    assert card_words.objections(words, sympathy=True) == (TRADES.format(named),)
    assert card_words.objections(words) == ()


def test_given_a_coupon_in_a_hard_time_when_looked_at_then_it_is_said_once() -> None:
    assert card_words.objections("So sorry. Here are 10% off", sympathy=True) == (SELLS.format("10% off"),)


@pytest.mark.parametrize(
    ("words", "promised"),
    [
        ("Your flowers will arrive soon", "will arrive"),
        ("They’ll surely be there", "’ll surely be there"),
        ("Everything reaches you by the way in two days", "reaches you by the way in two days"),
        ("Tomorrow the new one ships", "Tomorrow the new one ships"),
        ("The new one comes on Friday", "comes on Friday"),
        ("Das Paket kommt am Montag", "kommt am Montag"),
        ("We will gladly refund all of it", "We will gladly refund"),
        ("I'll send you another", "I'll send you"),
        ("You will get your money", "You will get your money"),
        ("It is guaranteed for life", "guaranteed"),
        ("I promise to write again", "I promise"),
        ("It will never happen again", "never happen again"),
    ],
)
def test_given_a_promise_that_nobody_can_keep_when_looked_at_then_it_is_named(words: str, promised: str) -> None:
    assert card_words.objections(words) == (PROMISES.format(promised),)


@pytest.mark.parametrize(
    "words",
    ["We think of Moka", "MOKA’S bowl", "mo\u200bka", "Danke für Ｍｏｋａ!"],
    ids=["plain", "of", "split", "wide"],
)
def test_given_a_pet_that_died_when_its_name_is_on_the_card_then_it_is_refused(words: str) -> None:
    assert card_words.objections(words, never=("nuts", "Moka")) == (NEVER.format("Moka"),)
    assert card_words.objections("We think of Mokaccino", never=("Moka",)) == ()


def test_given_more_than_one_thing_amiss_when_looked_at_then_all_of_it_is_said() -> None:
    said = card_words.objections("Dear {name}, SAVE10! It will arrive. Kiss Moka.", never=("moka",))

    assert said == (
        UNFILLED.format("{name}"),
        SELLS.format("SAVE10"),
        PROMISES.format("will arrive"),
        NEVER.format("moka"),
    )


@pytest.mark.parametrize("words", ["", "  \n\t ", "\u200b\u2060"], ids=["none", "blank", "unseen"])
def test_given_no_words_when_looked_at_then_some_are_asked_for(words: str) -> None:
    assert card_words.objections(words) == (card_words.WORDLESS,)


def test_given_a_template_when_it_is_filled_then_each_gap_holds_what_is_known_on_one_line() -> None:
    template = "Dear {first_name}, {Agent} of {shop} chose your {order_item}."

    assert card_words.filled(template, KNOWN) == "Dear Łukasz, Robin of Pets & Co chose your Cat tree in oak."


@pytest.mark.parametrize("known", [{}, {"first_name": " "}, {"first_name": "{shop}", "shop": "Pets"}], ids=str)
def test_given_what_is_not_known_or_is_a_gap_itself_when_filled_then_a_gap_is_left_and_refused(
    known: dict[str, str],
) -> None:
    left = card_words.filled("Dear {first_name}", known)

    assert card_words.objections(left) == (UNFILLED.format(left.removeprefix("Dear ")),)


def test_given_words_as_they_were_typed_when_signed_then_their_lines_stay_and_the_name_stands_below() -> None:
    assert (
        card_words.signed("  Thank you   for \r\n\r\nit.\u2028 Zoe\u0308 ", "Robin")
        == "Thank you for\n\nit.\nZoë\nRobin"
    )
    assert card_words.signed("With love", "") == "With love"


@pytest.mark.parametrize(
    ("words", "signed"),
    [
        ("With love, Ana", True),
        ("Be well.\nAna María", True),
        ("Thank you\n– Łukasz", True),
        ("Be well.", False),
        ("Thank you, be well", False),
        ("Ana", True),
        ("", False),
    ],
)
def test_given_somebody_whose_name_is_not_known_when_they_sign_by_themselves_then_it_is_seen(
    words: str, signed: bool
) -> None:
    assert card_words.ends_in_a_name(words) is signed
