"""Mistakes around what is found out: who is held out, by how much it pays, what would have been, what is proposed."""

from tests.torture.mutant import Mutant

FINDINGS = {
    "a lot that falls otherwise in every process": Mutant(
        file="app/domain/rules/holdout.py",
        old="    return int.from_bytes(cast) % _TEN_THOUSAND <",
        new="    return hash(cast) % _TEN_THOUSAND <",
        tests="tests/domain/test_holdout.py",
    ),
    "a lot that falls otherwise after the next order": Mutant(
        file="app/domain/rules/holdout.py",
        old='    name = f"{trial.rule}:{standing.customer_id}".encode()\n',
        new='    name = f"{trial.rule}:{standing.customer_id}:{standing.orders}".encode()\n',
        tests="tests/domain/test_holdout.py",
    ),
    "what makes good is held out": Mutant(
        file="app/domain/rules/holdout.py",
        old='RULES = ("special_customer", ',
        new='RULES = ("compassion", "recovery", "special_customer", ',
        tests="tests/domain/test_holdout.py",
    ),
    "somebody in a hard time is held out": Mutant(
        file="app/domain/rules/holdout.py",
        old="    if spared is not None or (decision.special is True and standing.marked):\n",
        new="    if decision.special is True and standing.marked:\n",
        tests="tests/domain/test_holdout.py",
    ),
    "another group after another look": Mutant(
        file="app/store/trials.py",
        old="        session.execute(insert(session, _MEMBERS).on_conflict_do_nothing(), [*rows.values()])\n",
        new='        keys = ["shop_id", "rule", "edition", "customer_id"]\n'
        "        said = insert(session, _MEMBERS)\n"
        '        newest = {"held_out": said.excluded.held_out}\n'
        "        session.execute(said.on_conflict_do_update(index_elements=keys, set_=newest), [*rows.values()])\n",
        tests="tests/store/test_trials.py",
    ),
    "a narrower interval": Mutant(
        file="app/domain/lift.py",
        old="_LIKELY = Fraction(1_959_964, 10**6)",
        new="_LIKELY = Fraction(1_644_854, 10**6)",
        tests="tests/domain/test_lift.py",
    ),
    "a claim that is not sure": Mutant(
        file="app/domain/lift.py",
        old="_SURE = Fraction(2_575_829, 10**6)",
        new="_SURE = Fraction(1_959_964, 10**6)",
        tests="tests/domain/test_lift.py",
    ),
    "a past that knows who wants to be let alone later": Mutant(
        file="app/domain/backtest/crowd.py",
        old="    return wishes.let_alone_since is not None and wishes.let_alone_since <= now\n",
        new="    return wishes.let_alone_since is not None and now is not None\n",
        tests="tests/domain/test_backtest.py",
    ),
    "a past that knows what is given later": Mutant(
        file="app/domain/backtest/books.py",
        old="        treats = [treat for treat in known if treat.created_at <= now]\n",
        new="        treats = [*known]\n",
        tests="tests/domain/test_backtest.py",
    ),
    "a past that promises a last piece twice": Mutant(
        file="app/domain/backtest/books.py",
        old="        self._promised[variant] += deed.state in _WAITING\n",
        new="        self._promised[variant] += 0\n",
        tests="tests/domain/test_backtest.py",
    ),
    "a past in which everything is as it is today": Mutant(
        file="app/domain/backtest/walk.py",
        old="        self._record(row, turn.traits, turn.net_minor)\n",
        new="        self._record(row, _AT_BEST if row.counted else 0, row.net_minor)\n",
        tests="tests/domain/test_backtest.py",
    ),
    "a past in which moments keep no pause after gifts": Mutant(
        file="app/domain/backtest/books.py",
        old="for deed in (*gifts, *sent) if",
        new="for deed in sent if",
        tests="tests/domain/test_backtest.py",
    ),
    "a past in which things go to the first address": Mutant(
        file="app/domain/backtest/walk.py",
        old="        at, order_id = places[-1]\n",
        new="        at, order_id = places[0]\n",
        tests="tests/domain/test_backtest.py",
    ),
    "a past walked through by what stands": Mutant(
        file="jobs/backtest.py",
        old="    policy = walked.policy\n",
        new="    policy = merchant.policy\n",
        tests="tests/jobs/test_backtest.py",
    ),
    "a step further at 95 %": Mutant(
        file="app/domain/rules/promotion.py",
        old="100 * answers.approved > YES_PERCENT * answers.count\n",
        new="100 * answers.approved >= YES_PERCENT * answers.count\n",
        tests="tests/domain/test_promotion.py",
    ),
    "a step further for answers to the step before": Mutant(
        file="app/store/answers.py",
        old="and_(Effect.rule == rule, Effect.created_at >= since)",
        new="and_(Effect.rule == rule, Effect.created_at <= since)",
        tests="tests/store/test_answers.py",
    ),
    "settings changed without a word": Mutant(
        file="app/store/shops.py",
        old="        policy_changes.keep(session, shop_id=shop_id, old=old, new=policy, now=now)\n",
        new="",
        tests="tests/store/test_policy_changes.py",
    ),
    "a setting within a setting that nobody compares": Mutant(
        file="app/domain/changes.py",
        old='            yield from _differences(old, new, f"{path}{field.name}.")\n',
        new="            yield from ()\n",
        tests="tests/store/test_policy_changes.py",
    ),
    "a file of deeds that computes": Mutant(
        file="app/web/exports.py",
        old="    return [str(row.id), *moments, *map(plain, texts)]\n",
        new="    return [str(row.id), *moments, *texts]\n",
        tests="tests/web/test_spend.py -k would_compute",
    ),
}
