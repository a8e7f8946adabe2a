"""Mistakes around tokens, a shop's past, forgetting it, and the bell."""

from tests.torture.mutant import Mutant, frozen, points

PAST = {
    "token pair swapped": Mutant(
        file="app/store/grants.py",
        old="    refresh = pair.refresh_token\n",
        new="    refresh = pair.token\n",
        tests="tests/store/test_grants.py",
    ),
    "token's turn never ends": Mutant(
        file="app/store/grants.py",
        old='    ended = values | {"lease": None, "lease_until": until}\n',
        new='    ended = values | {"lease_until": until}\n',
        tests="tests/store/test_grants.py",
    ),
    "a batch of the past read twice": Mutant(
        file="app/store/imports.py",
        old="            Export.lines == after,\n",
        new="",
        tests="tests/store/test_imports.py",
    ),
    "a table is forgotten when forgetting": Mutant(
        file="app/store/erasing.py",
        old="    _forget_reasons(session, shop_id, person, letters, key)\n",
        new="",
        tests="tests/jobs/test_privacy.py -k no_dump_speaks",
    ),
    "a shop's requests outlive it": Mutant(
        file="app/store/erasing.py",
        old="    session.execute(open_ones.values(done_at=now, next_try_at=None, problem=None))\n",
        new="",
        tests=points("shop-redact"),
    ),
    "the bell believed": Mutant(
        file="jobs/ticker.py",
        old="        waiting = shops.with_work(session, now=now, older_than=GRACE, at_once=registry.AT_ONCE)\n",
        new="        waiting = list[int]()\n",
        tests=points("gift"),
    ),
    "swept up to now before looking": Mutant(
        file="jobs/sweep.py",
        old="    now, found = world.clock.now(), 0\n",
        new="    now, found = world.clock.now(), 0\n"
        "    with unit_of_work(world.sessions) as session:\n"
        "        shops.note_history(session, shop_id=merchant.id, **{due.column: now})\n",
        tests=points("sweep"),
    ),
    "a frozen worker's answer overwrites": Mutant(
        file="app/store/conditions.py",
        old="    return or_(and_(Effect.state == State.PLANNED, Effect.sends > 0, _sends_of(deeds)), mine(*deeds))\n",
        new="    return Effect.id.in_([deed.id for deed in deeds])\n",
        tests=frozen("refund"),
    ),
}
