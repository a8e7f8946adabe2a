"""The practice shop moves in: its row, the keys to its accounts in the town, and a policy under which things happen."""

import sys

from app.config import settings
from app.domain.policy import Mode, NthOrderGift, Policy, SpecialCustomer, TeamGestures
from app.domain.ports import ShopProfile
from app.store import migrate, shops
from app.store.base import unit_of_work
from integrations.sandbox.florist.accounts import ACCOUNTS
from integrations.sandbox.helpdesk import people
from integrations.sandbox.store.catalogue import GIFTS
from integrations.sandbox.town import PRACTICE_SHOP, PRACTICE_TOKEN
from jobs.runtime import World, world

# Flowers weeks later leave unattended, which only an account with an invoicing agreement may do.
INVOICED_FLORIST = next(account for account in ACCOUNTS if account.invoiced)
POLICY = Policy(
    special_customer=SpecialCustomer(mode=Mode.AUTO),
    # Nobody practising wants to wait a quarter of an hour for the store's last word on fraud, or two months for a gift.
    nth_order_gift=NthOrderGift(mode=Mode.AUTO, ordinals=(4, 5, 6), variants=GIFTS, settle_minutes=0, cooldown_days=0),
    team=TeamGestures(refund_mode=Mode.AUTO, flowers_mode=Mode.AUTO, flowers_product="F1-210"),
)


def main() -> int:
    """Make the database ready and register the practice shop; twice is once. Refuse outside of practice."""
    if not settings().practice:
        sys.stderr.write("lagniappe: this registers the practice shop, and PRACTICE is not set\n")
        return 1
    migrate.main()
    move_in(world())
    return 0


def move_in(here: World) -> int:
    """Register the practice shop and its accounts; return its id. Its policy stays as it was left."""
    profile = ShopProfile(domain=PRACTICE_SHOP, name="Practice Goods", currency="USD", timezone="America/New_York")
    with unit_of_work(here.sessions) as session:
        shop_id = shops.install(
            session, profile=profile, token=PRACTICE_TOKEN, policy=POLICY, seal=here.seal, now=here.clock.now()
        )
        shops.connect(
            session,
            shop_id=shop_id,
            kind="gorgias",
            account=people.ACCOUNT,
            user=people.API_USER,
            key=people.API_KEY,
            seal=here.seal,
            url_token=people.HOOK_TOKEN,
            secrets=(people.HOOK_SECRET,),
        )
        shops.connect(
            session,
            shop_id=shop_id,
            kind="florist",
            account="practice",
            user=INVOICED_FLORIST.key,
            key=INVOICED_FLORIST.password,
            seal=here.seal,
        )
    return shop_id
