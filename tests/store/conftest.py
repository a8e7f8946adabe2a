"""What the ledger's tests share."""

import pytest

from app.store.base import Sessions
from app.store.shops import Merchant
from tests.store.ledger_steps import Steps


@pytest.fixture
def steps(sessions: Sessions, shop: Merchant) -> Steps:
    """The moves of the ledger, each in a transaction of its own, for the installed shop."""
    return Steps(sessions, shop.id)
