"""Mistakes around what keeps a deed from being done twice: keys, and the gate before each call."""

from tests.torture.mutant import Mutant, frozen

ONCE = {
    # Once
    "no unique key in the ledger": Mutant(
        file="app/store/tables.py",
        old='        UniqueConstraint("shop_id", "key"),  # this line is "exactly once"\n',
        new="",
        tests="tests/store/test_migrations.py",
    ),
    "no unique key in the inbox": Mutant(
        file="app/store/tables.py",
        old='"source", "sender", "topic", "delivery_key"),  # this line',
        new='"source", "sender", "topic", "delivery_key", "id"),  # this line',
        tests="tests/store/test_migrations.py",
    ),
    "a plan takes up what is done": Mutant(
        file="app/store/ledger.py",
        old="        where=_EFFECTS.c.state == State.OBSERVED,\n    ).returning",
        new="        where=_EFFECTS.c.state.in_((State.OBSERVED, State.DONE)),\n    ).returning",
        tests="tests/store/test_ledger.py",
    ),
    "somebody else's delivery handled": Mutant(
        file="app/store/inbox.py",
        old="        Delivery.attempts == letter.attempts,\n",
        new="",
        tests="tests/store/test_inbox.py",
    ),
    "overtaken and written all the same": Mutant(
        file="jobs/occasion.py",
        old="        raise Overtaken\n",
        new="        pass\n",
        tests=frozen("gift"),
    ),
    "a draft for a deed that others have": Mutant(
        file="jobs/steps.py",
        old="            with held_for(deed):  # a draft is written before the gate\n",
        new="            if deed:\n",
        tests=frozen("gift-draft"),
    ),
    # The gate
    "a gate that leaves no trace": Mutant(
        file="app/store/groups.py",
        old='        "state": State.SENDING,\n',
        new='        "state": State.PLANNED,\n',
        tests="tests/store/test_groups.py -k coming_off",
    ),
    "gate open for whoever was quicker": Mutant(
        file="app/store/conditions.py",
        old="tuple_(Effect.id, Effect.attempts).in_([(deed.id, deed.attempts) for deed in deeds] or TRIES)\n",
        new="Effect.id.in_([deed.id for deed in deeds])\n",
        tests="tests/store/test_ledger_at_work.py tests/store/test_ledger.py tests/store/test_ledger_moves.py",
    ),
    "an old sender's answer counts": Mutant(
        file="app/store/conditions.py",
        old="    return tuple_(Effect.id, Effect.sends).in_([(deed.id, deed.sends) for deed in deeds] or SENDS)\n",
        new="    return Effect.id.in_([deed.id for deed in deeds])\n",
        tests="tests/store/test_ledger_at_work.py tests/store/test_ledger.py tests/store/test_ledger_moves.py",
    ),
    "two edits of one order at once": Mutant(
        file="app/store/conditions.py",
        old="    return and_(picked(*deeds), open_for_business(now), ~crossed())\n",
        new="    return and_(picked(*deeds), open_for_business(now))\n",
        tests="tests/store -k edit or cross",
    ),
    "a deed does not wait for its forerunner": Mutant(
        file="app/store/conditions.py",
        old="    return and_(Effect.next_try_at <= now, ours, ~held_back(), ~crossed())\n",
        new="    return and_(Effect.next_try_at <= now, ours, ~crossed())\n",
        tests="tests/store -k ledger",
    ),
    "kill switch of the shop unread": Mutant(
        file="app/store/conditions.py",
        old="    willing = (Shop.paused.is_(False), Shop.uninstalled_at.is_(None),",
        new="    willing = (Shop.uninstalled_at.is_(None),",
        tests="tests/store tests/jobs/test_switch.py -k paused or switch or stopped",
    ),
    "kill switch of the house unread": Mutant(
        file="app/store/conditions.py",
        old=", ~switch.is_thrown())\n",
        new=")\n",
        tests="tests/store/test_switch.py tests/jobs/test_switch.py",
    ),
}
