"""Mistakes around the day on which something arrives, and the world in its hour."""

from tests.torture.mutant import Mutant

DAYS = {
    "a black-out ignored": Mutant(
        file="app/domain/delivery_days.py",
        old=' or f"{day:%m-%d}" in sends.blackouts\n',
        new="\n",
        tests="tests/domain/test_delivery_days.py",
    ),
    "lead days off by one": Mutant(
        file="app/domain/delivery_days.py",
        old="timedelta(days=lead_days)",
        new="timedelta(days=lead_days + 1)",
        tests="tests/domain/test_delivery_days.py",
    ),
    "a day ever later": Mutant(
        file="app/domain/delivery_days.py",
        old="MOST_DAYS_LATER = 7 ",
        new="MOST_DAYS_LATER = 8 ",
        tests="tests/domain/test_delivery_days.py",
    ),
    "the new price not written down": Mutant(
        file="app/store/parking.py",
        old="    row.cost_minor = row.cost_minor if cost_minor is None else cost_minor\n",
        new="",
        tests="tests/store/test_parking.py",
    ),
    "a yes that is forgotten": Mutant(
        file="app/store/ledger.py",
        old="next_try_at=Effect.due_at, problem=None)\n        .returning",
        new="next_try_at=Effect.due_at, code=None, problem=None)\n        .returning",
        tests="tests/torture/test_gates.py -k disputed",
    ),
    "a yes to any address": Mutant(
        file="app/domain/rules/send_gates.py",
        old="_CAN_BE_PUT_RIGHT = frozenset({ADDRESS, DEARER})",
        new="_CAN_BE_PUT_RIGHT = frozenset({DEARER})",
        tests="tests/domain/test_send_gates.py",
    ),
    "dearer is refused for good": Mutant(
        file="jobs/steps.py",
        old="            return outcomes.put_back(deed, wait_after(deed.tries), str(problem), afresh=first)\n",
        new='            return outcomes.refused(merchant, deed, "refused", str(problem))\n',
        tests="tests/torture/test_gates.py -k between_look_and_order",
    ),
    "a florist who is paid by nobody": Mutant(
        file="integrations/florist/vendor.py",
        old="            unattended=invoiced,",
        new="            unattended=True,",
        tests="tests/torture/test_gates.py -k wants_a_card",
    ),
}
