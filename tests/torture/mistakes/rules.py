"""Mistakes in what rules and people decide, and in what agents type."""

from tests.torture.mutant import Mutant, points

RULES = {
    # Rules
    "one gift a day too many": Mutant(
        file="app/domain/rules/nth_order_gift.py",
        old="    if history.gifts_today >= policy.per_day:\n",
        new="    if history.gifts_today > policy.per_day:\n",
        tests="tests/domain/test_nth_order_gift.py",
    ),
    "threshold off by one": Mutant(
        file="app/domain/rules/special_customer.py",
        old="    if standing.net < yardstick.threshold:\n",
        new="    if standing.net <= yardstick.threshold:\n",
        tests="tests/domain/test_special_customer.py",
    ),
    "dwell ignored": Mutant(
        file="app/domain/rules/special_customer.py",
        old="max(timedelta(days=policy.dwell_days), BREATH)",
        new="BREATH",
        tests="tests/domain/test_special_customer.py",
    ),
    "old events act": Mutant(
        file="jobs/occasion.py",
        old="self.now - moment > NEWS for moment",
        new="self.now - moment > 99 * NEWS for moment",
        tests="tests/jobs/test_customers.py -k day_old",
    ),
    "a colleague's refund unseen": Mutant(
        file="jobs/agent_facts.py",
        old="    return decisions.refunds_elsewhere(session, shop_id=shop_id, order_id=order.id, ticket_id=here)\n",
        new="    return ()\n",
        tests="tests/jobs/test_at_once.py -k two_tickets",
    ),
    "the asker lifts it": Mutant(
        file="app/store/lifting.py",
        old="    others = true() if even_own else _asked_by() != lifts\n",
        new="    others = true()\n",
        tests="tests/store/test_lifting.py -k who_asked",
    ),
    "lifted beside its twin": Mutant(
        file="app/store/lifting.py",
        old=", ~done_otherwise.exists()\n",
        new="\n",
        tests="tests/store/test_lifting.py -k anew",
    ),
    "a grant that the next press forgets": Mutant(
        file="app/store/pools.py",
        old="    whole = limit_minor + Pool.granted_minor\n",
        new="    whole = limit_minor + Pool.granted_minor * 0\n",
        tests="tests/store/test_lifting.py -k what_was_granted_stays",
    ),
    "a silence that was refused untold": Mutant(
        file="app/domain/rules/afterwards.py",
        old="state not in (State.REFUSED, State.WITHDRAWN, State.UNCERTAIN)",
        new="state not in (State.WITHDRAWN, State.UNCERTAIN)",
        tests=points("refund-in-grief"),
    ),
    "money that does not wait for the last silence": Mutant(
        file="app/domain/rules/compassion.py",
        old="replace(plan, after=last) if isinstance",
        new="replace(plan, after=None) if isinstance",
        tests="tests/domain/test_compassion.py -k all_of_it",
    ),
    "a tag taken off that was there before us": Mutant(
        file="app/store/care.py",
        old=" and row.request != THERE_BEFORE",
        new="",
        tests="tests/jobs/test_hard_times.py -k somebody_else_put_on",
    ),
    # Typed
    "a command where the customer reads": Mutant(
        file="jobs/commands.py",
        old="    if not comment.private:\n",
        new="    if not comment.author:\n",
        tests="tests/jobs/test_commands.py -k public",
    ),
    "a comment believed as it stands": Mutant(
        file="jobs/commands.py",
        old="    if (comment.author, commands.beginning(comment.text)) != (event.author, event.text):\n",
        new="    if not comment.author:\n",
        tests="tests/jobs/test_commands.py -k changed_after",
    ),
    "a comment done for each who rings": Mutant(
        file="app/store/inbox.py",
        old="    if session.scalar(others.where(Delivery.shop_id == letter.shop_id)) is not None:\n",
        new="    if session.scalar(others.where(Delivery.id == letter.id)) is not None:\n",
        tests="tests/store/test_inbox.py -k stands",
    ),
    "words that a helpdesk reads as more": Mutant(
        file="integrations/django_helpdesk/api.py",
        old="    return _READ_AS_MORE.sub(_JOINER, text)\n",
        new="    return text\n",
        tests="tests/integrations/contract/test_django_helpdesk.py -k would_read_as_more",
    ),
}
