"""What a merchant's cards may begin with: one of a name, offered until it is put away."""

from app.store import card_templates
from app.store.base import Sessions, unit_of_work
from app.store.card_templates import Template
from app.store.shops import Merchant


def test_given_words_when_others_are_kept_under_their_name_then_these_stand_in_their_place_and_are_offered(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        first = card_templates.keep(session, shop_id=shop.id, name="Thanks", words="Thank you.", sympathy=True)
        card_templates.keep(session, shop_id=shop.id, name="A hug", words="A hug.", sympathy=False)
        assert card_templates.set_active(session, shop_id=shop.id, template_id=first, active=False)
        assert [each.name for each in card_templates.offered(session, shop_id=shop.id)] == ["A hug"]

        again = card_templates.keep(session, shop_id=shop.id, name="Thanks", words="Many thanks.", sympathy=False)

        _, thanks = card_templates.offered(session, shop_id=shop.id)
        assert thanks == Template(id=first, name="Thanks", words="Many thanks.", sympathy=False, active=True)
        assert again == first


def test_given_no_words_of_that_number_when_put_away_then_it_says_so(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        assert not card_templates.set_active(session, shop_id=shop.id, template_id=7, active=False)
