"""Which features a store's scopes allow."""

import pytest

from app.domain.scopes import NEEDED, Feature, missing_for, with_implied


def test_given_the_right_to_write_when_compared_then_the_right_to_read_is_in_it() -> None:
    assert with_implied({"write_orders", "read_products"}) == {"write_orders", "read_orders", "read_products"}


@pytest.mark.parametrize("feature", list(Feature))
def test_given_every_scope_of_a_feature_when_compared_then_it_lacks_nothing(feature: Feature) -> None:
    assert missing_for(feature, NEEDED[feature]) == frozenset()


@pytest.mark.parametrize("feature", list(Feature))
def test_given_no_scope_at_all_when_compared_then_a_feature_lacks_all_of_its_own(feature: Feature) -> None:
    assert missing_for(feature, ()) == NEEDED[feature] != frozenset()


def test_given_a_scope_that_only_looks_alike_when_compared_then_it_does_not_count() -> None:
    assert missing_for(Feature.REFUNDS, {"read_orders", "write_orders_", "WRITE_ORDERS"}) == {"write_orders"}
