"""Mistakes around days that come round: whose it is, in which year, and what was given them a short while ago."""

from tests.torture.mutant import Mutant

MOMENTS = {
    "an anniversary without its year": Mutant(
        file="app/domain/rules/moments.py",
        old='        occasion=f"{ANNIVERSARY}:{day.year}",\n',
        new="        occasion=ANNIVERSARY,\n",
        tests="tests/domain/test_moment_rules.py",
    ),
    "a birthday without its year": Mutant(
        file="app/domain/rules/moments.py",
        old='        occasion=f"{BIRTHDAY}:{day.year}",\n',
        new="        occasion=BIRTHDAY,\n",
        tests="tests/domain/test_moment_rules.py",
    ),
    "a recovery for any of their orders": Mutant(
        file="app/domain/rules/moments.py",
        old='        occasion=f"{RECOVERY}:{order_id}",\n',
        new='        occasion=f"{RECOVERY}:{customer_id}",\n',
        tests="tests/domain/test_moment_rules.py",
    ),
    "moments that keep no pause": Mutant(
        file="app/domain/rules/moments.py",
        old="    if facts.due.rule != RECOVERY and last is not None and now - last < pause:\n",
        new="    if facts.due.rule != RECOVERY and last is not None and last - now > pause:\n",
        tests="tests/domain/test_moment_rules.py",
    ),
    "two kindnesses in one night": Mutant(
        file="jobs/moments.py",
        old="            treated |= {facts.due.customer_id} if decision.plans else set()\n",
        new="",
        tests="tests/jobs/test_moments.py -k one_night",
    ),
    "the cap of a day forgets the night": Mutant(
        file="jobs/moments.py",
        old="today=facts.given.today + done[facts.due.rule])",
        new="today=facts.given.today)",
        tests="tests/jobs/test_moments.py -k cap",
    ),
    "a night looked through twice": Mutant(
        file="jobs/moments.py",
        old="    if not chores.take(session, shop_id=merchant.id, name=MOMENTS, period=today, now=now):\n",
        new="    if not chores.take(session, shop_id=merchant.id, name=MOMENTS, period=str(now), now=now):\n",
        tests="tests/jobs/test_moments.py",
    ),
    "the leap day a day late": Mutant(
        file="app/domain/moments.py",
        old="    return date(year, month, day - missing)\n",
        new="    return date(year, month, day - missing) + timedelta(days=missing)\n",
        tests="tests/domain/test_moments.py",
    ),
    "a leap day that most years do not keep": Mutant(
        file="app/store/birthdays.py",
        old="        wanted.append(_LEAP_DAY)\n",
        new="        wanted.append(wanted[0])\n",
        tests="tests/store/test_birthdays.py",
    ),
    "a birthday written down for its present": Mutant(
        file="app/domain/rules/moments.py",
        old="    if day - known.said_at.date() < SETTLED:\n",
        new="    if day < known.said_at.date():\n",
        tests="tests/domain/test_moment_rules.py",
    ),
    "a card that is there the day after": Mutant(
        file="app/domain/rules/moments.py",
        old="(due.day - facts.today).days < _lead_days(moment):\n",
        new="(due.day - facts.today).days < _lead_days(moment) - 1:\n",
        tests="tests/domain/test_moment_rules.py",
    ),
    "kindness over a broken promise": Mutant(
        file="app/domain/rules/moments.py",
        old='    return ("promise_open", facts.broken) if facts.broken else None\n',
        new='    return ("promise_open", facts.broken) if facts.broken and facts.order is None else None\n',
        tests="tests/domain/test_moment_rules.py",
    ),
}
