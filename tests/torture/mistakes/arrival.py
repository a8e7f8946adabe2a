"""Mistakes around what becomes of gifts that vendors have, and around their money."""

from tests.torture.mutant import Mutant

ARRIVAL = {
    "the same news is news again": Mutant(
        file="app/domain/sendings.py",
        old="    return _RANK[now] > _RANK[before]\n",
        new="    return _RANK[now] >= _RANK[before]\n",
        tests="tests/domain/test_sendings.py",
    ),
    "whoever was overtaken is heard": Mutant(
        file="app/store/sendings.py",
        old="Row.shop_id == shop_id, Row.looks == sent.looks)\n",
        new="Row.shop_id == shop_id, Row.looks >= 0)\n",
        tests="tests/store/test_sendings.py",
    ),
    "an answer from before the bell rang is heard": Mutant(
        file="app/store/sendings.py",
        old="statement.values(next_look_at=now, looks=Row.looks + 1)",
        new="statement.values(next_look_at=now)",
        tests="tests/store/test_sendings.py",
    ),
    "what was only set aside comes back from what others spent": Mutant(
        file="app/store/undoing.py",
        old="    put_back = pools.release if row.code == PENDING else pools.give_back\n",
        new="    put_back = pools.give_back\n",
        tests="tests/store/test_undoing.py",
    ),
    "the money of a gift comes back twice": Mutant(
        file="app/store/reckoning.py",
        old="    if row.state != State.DONE or row.code == TAKEN_BACK:\n",
        new="    if row.code == TAKEN_BACK:\n",
        tests="tests/store/test_reckoning.py",
    ),
    "a gift that was sent all the same is free": Mutant(
        file="app/store/reckoning.py",
        old="    return given_back and is_news and (left or works)",
        new="    return not given_back and is_news and (left or works)",
        tests="tests/jobs/test_gift_watch.py -k all_the_same",
    ),
    "anybody rings a vendor's bell": Mutant(
        file="app/web/vendor_hooks.py",
        old="not told.authentic(call, account.secrets, here.clock.now())",
        new="not account.secrets",
        tests="tests/web/test_vendor_hooks.py",
    ),
    "what is not seen yet is absent": Mutant(
        file="jobs/deeds.py",
        old="    left = deed.sent_at + shows_within(outside, deed.effect) - now\n",
        new="    left = deed.sent_at - now\n",
        tests="tests/jobs/test_sending.py -k shows_late",
    ),
    "a key that its vendor has forgotten is used again": Mutant(
        file="jobs/deeds.py",
        old="        lasts = sending_deeds.repeated_for(outside, deed.effect)\n",
        new="        lasts = None\n",
        tests="tests/jobs/test_sending.py -k may_have_forgotten",
    ),
    "a gift is booked as planned, whatever it cost": Mutant(
        file="jobs/sending_deeds.py",
        old="        cost=placed.cost,\n",
        new="        cost=None,\n",
        tests="tests/jobs/test_campaign.py -k bad_weather",
    ),
}
