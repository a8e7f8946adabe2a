"""Mistakes around purses and what comes out of them, and around how often something is tried."""

from tests.torture.mutant import Mutant, points

MONEY = {
    # Money
    "released twice": Mutant(
        file="app/store/endings.py",
        old="    release(session, row)\n",
        new="    release(session, row)\n    release(session, row)\n",
        tests="tests/store/test_ledger.py tests/store/test_ledger_moves.py tests/store/test_ledger_machine.py",
    ),
    "settled twice": Mutant(
        file="app/store/endings.py",
        old="        settle(session, deed, cost)\n",
        new="        settle(session, deed, cost)\n        settle(session, deed, cost)\n",
        tests="tests/store/test_ledger.py tests/store/test_ledger_moves.py tests/store/test_ledger_machine.py",
    ),
    "the last cent refused": Mutant(
        file="app/store/pools.py",
        old="    fits = Pool.limit_minor - Pool.reserved_minor - Pool.spent_minor >= minor\n",
        new="    fits = Pool.limit_minor - Pool.reserved_minor - Pool.spent_minor > minor\n",
        tests="tests/store/test_pools.py",
    ),
    "money set aside without looking": Mutant(
        file="app/store/pools.py",
        old="    fits = Pool.limit_minor - Pool.reserved_minor - Pool.spent_minor >= minor\n",
        new="    fits = Pool.limit_minor >= minor\n",
        tests="tests/store/test_ledger.py tests/store/test_ledger_machine.py -k empty or over or full or purse",
    ),
    "the wrong month": Mutant(
        file="jobs/runtime.py",
        old='month=f"{local(merchant, now):%Y-%m}"',
        new='month=f"{now:%Y-%m}"',
        tests=points("months-end"),
    ),
    "given back twice": Mutant(
        file="app/store/undoing.py",
        old="Effect.state == State.DONE, STANDS)",
        new="Effect.state == State.DONE)",
        tests="tests/store/test_undoing.py",
    ),
    # Tries
    "a delivery that kills is tried for ever": Mutant(
        file="app/store/inbox.py",
        old="        .values(next_try_at=until, attempts=Delivery.attempts + 1)\n",
        new="        .values(next_try_at=until)\n",
        tests="tests/store/test_inbox.py",
    ),
    "a deed that kills is tried for ever": Mutant(
        file="app/store/groups.py",
        old="next_try_at=_UNTIL, attempts=Effect.attempts + 1)",
        new="next_try_at=_UNTIL)",
        tests="tests/store/test_groups.py",
    ),
    "gifts know nothing of what the store takes": Mutant(
        file="jobs/runtime.py",
        old="gift_pool.limit(policy, taken)",
        new="policy.gifts_monthly_minor",
        tests="tests/jobs/test_months.py",
    ),
    "a walk knows nothing of what the store took": Mutant(
        file="app/domain/backtest/walk.py",
        old="        self.books.purse.limit = gift_pool.limit(self.asked.policy, self.takings.by(night))\n",
        new="",
        tests="tests/domain/test_backtest.py",
    ),
    "what a store took long ago still counts": Mutant(
        file="app/store/yardstick.py",
        old=", Order.processed_at > now - gift_pool.LATELY)",
        new=")",
        tests="tests/store/test_yardstick.py",
    ),
}
