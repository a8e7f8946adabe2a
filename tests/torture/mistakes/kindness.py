"""Mistakes around what agents may give by themselves, and how often somebody is treated."""

from tests.torture.mutant import Mutant

KINDNESS = {
    "an agent's month off by one": Mutant(
        file="app/domain/rules/allowances.py",
        old="    if total <= most:\n",
        new="    if total <= most + 1:\n",
        tests="tests/domain/test_allowances.py",
    ),
    "a tag that lifts more than one act": Mutant(
        file="app/domain/rules/allowances.py",
        old="    most = None if facts.member is None else facts.member.month_minor\n",
        new="    most = None if facts.member is None or facts.tags else facts.member.month_minor\n",
        tests="tests/domain/test_allowances.py",
    ),
    "a tag that goes for everybody": Mutant(
        file="app/domain/rules/allowances.py",
        old="    return [rule for rule in team.tag_rules if folded(rule.tag) in facts.tags]\n",
        new="    return [rule for rule in team.tag_rules if folded(rule.tag)]\n",
        tests="tests/domain/test_allowances.py",
    ),
    "an agent's month that counts everybody's": Mutant(
        file="app/store/acts.py",
        old="        Effect.agent_id == agent_id,\n",
        new="",
        tests="tests/store/test_acts.py",
    ),
    "a pause between treats that rules do not keep": Mutant(
        file="app/store/gifts.py",
        old="            _treated(theirs.get(buyer, ()), rule),\n",
        new="            None,\n",
        tests="tests/store/test_treats.py",
    ),
    "a pause between treats that agents do not keep with rules": Mutant(
        file="app/store/treats.py",
        old="        Effect.kind.in_(TREATS),\n",
        new='        Effect.kind == "send_flowers",\n',
        tests="tests/store/test_treats.py",
    ),
    "anybody takes back what a colleague asked for": Mutant(
        file="jobs/agent_desk.py",
        old="    if visitor.agent.role is Role.LEAD or deed.agent_id in {None, visitor.agent.id}:\n",
        new="    if deed:\n",
        tests="tests/jobs/test_agent_desk.py -k colleagues_refund",
    ),
    "a lead among others says yes to themselves": Mutant(
        file="app/store/agents.py",
        old="Role.LEAD, Row.active).limit(2)\n",
        new="Role.LEAD, Row.id == agent_id).limit(2)\n",
        tests="tests/jobs/test_agent_desk.py -k only_one",
    ),
    "a hard time in the file": Mutant(
        file="app/web/acts_sheet.py",
        old="act.reason in {None, Reason.HARD_TIME}",
        new="act.reason is None",
        tests="tests/web/test_acts_sheet.py",
    ),
}
