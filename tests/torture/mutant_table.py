"""Mistakes that somebody could make tomorrow: one replacement in one file, and the tests that must not let it pass."""

from collections.abc import Mapping
from types import MappingProxyType

from tests.torture.mutant import Mutant
from tests.torture.mutants_of_arrival import OF_ARRIVAL
from tests.torture.mutants_of_kindness import OF_KINDNESS
from tests.torture.mutants_of_the_day import OF_THE_DAY
from tests.torture.mutants_of_the_door import OF_THE_DOOR


def points(*flows: str) -> str:
    """Return pytest's words for the crash points of these flows."""
    return " ".join(f"tests/torture/test_points.py::{_DEATHS}[{flow}]" for flow in flows)


_DEATHS = "test_given_a_flow_when_its_process_dies_at_any_boundary_then_both_ledgers_end_as_if_it_had_not"
_ROUGH = "test_given_rough_weather_when_its_process_dies_at_any_boundary_then_both_ledgers_end_as_if_it_had_not"
_FROZEN = "test_given_a_worker_that_was_frozen_when_it_comes_back_late_then_its_answers_change_nothing"

MUTANTS: Mapping[str, Mutant] = MappingProxyType(
    {
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
            tests=f"tests/torture/test_frozen.py::{_FROZEN}[gift]",
        ),
        "a draft for a deed that others have": Mutant(
            file="jobs/steps.py",
            old="            with held_for(deed):  # a draft is written before the gate\n",
            new="            if deed:\n",
            tests=f"tests/torture/test_frozen.py::{_FROZEN}[gift-draft]",
        ),
        # The gate
        "a gate that leaves no trace": Mutant(
            file="app/store/groups.py",
            old='        "state": State.SENDING,\n',
            new='        "state": State.PLANNED,\n',
            tests=points("note"),
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
        # Doubt
        "no looking back": Mutant(
            file="jobs/helpdesk_deeds.py",
            old="    return desk.find_note(number, key=deed.key)\n",
            new="    return None\n",
            tests=points("note"),
        ),
        "no looking back for parcels": Mutant(
            file="jobs/gift_deeds.py",
            old="            return drafted or outside.shop.find_gift_order(gift.customer_id, key=deed.key)\n",
            new="            return drafted\n",
            tests=points("gift-order"),
        ),
        "no quarantine": Mutant(
            file="jobs/runtime.py",
            old="        return timedelta(seconds=self.settings.quarantine_seconds)\n",
            new="        return timedelta()\n",
            tests=f"tests/torture/test_points.py::{_ROUGH}[gift-order+late-commit]",
        ),
        "a lost answer taken for a no": Mutant(
            file="integrations/http.py",
            old="        if self.writes:\n            return Uncertain(",
            new="        if not self.writes:\n            return Uncertain(",
            tests="tests/integrations/test_http.py",
        ),
        "a repeated refund under a fresh key": Mutant(
            file="integrations/shopify/refunds.py",
            old='"key": _idempotency_key(api.domain, key)}',
            new='"key": str(uuid.uuid4())}',
            tests="tests/integrations/shopify/test_refunds.py",
        ),
        "whoever died in the call is never doubted": Mutant(
            file="jobs/perform.py",
            old="        endings.doubt_the_silent(session, shop_id=merchant.id, now=now,",
            new="        endings.doubt_the_silent(session, shop_id=0, now=now,",
            tests=points("note"),
        ),
        "a parcel sent however late": Mutant(
            file="jobs/gift_deeds.py",
            old='    patience.check("the store")\n',
            new="",
            tests="tests/jobs/test_gift_order.py -k takes_the_store_long",
        ),
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
        # The door
        "signature not looked at": Mutant(
            file="app/web/front.py",
            old="        elif not shopify_webhooks.signed(self._world, headers, body):\n",
            new="        elif not headers:\n",
            tests="tests/web/test_shopify_webhooks.py",
        ),
        "signature compared letter by letter": Mutant(
            file="integrations/shopify/webhooks.py",
            old="any(hmac.compare_digest(claimed, digest) for digest in digests)",
            new="any(claimed == digest for digest in digests)",
            tests="tests/integrations/shopify/test_webhooks.py",
        ),
        "read before it is verified": Mutant(
            file="app/web/shopify_webhooks.py",
            old="    return webhooks.signed(body, webhooks.signature(headers), here.settings.webhook_secrets)\n",
            new="    read = __import__('json').loads(body)\n"
            "    return read is not None and webhooks.signed(\n"
            "        body, webhooks.signature(headers), here.settings.webhook_secrets\n"
            "    )\n",
            tests="tests/web/test_shopify_webhooks.py",
        ),
        "acknowledged though not kept": Mutant(
            file="app/web/shopify_webhooks.py",
            old="        return [False] * len(came)\n",
            new="        return [True] * len(came)\n",
            tests="tests/web/test_shopify_webhooks.py tests/web/test_webhooks_at_once.py",
        ),
        "a blank secret signs": Mutant(
            file="integrations/shopify/webhooks.py",
            old=" for secret in secrets if secret.strip()]",
            new=" for secret in secrets]",
            tests="tests/integrations/shopify/test_webhooks.py",
        ),
        "pickles in Redis": Mutant(
            file="jobs/queue.py",
            old="connection=self.redis, serializer=JSONSerializer, job_class=ListedJob",
            new="connection=self.redis, job_class=ListedJob",
            tests="tests/jobs/test_queue.py",
        ),
        # Tenants
        "the ledger read across shops": Mutant(
            file="app/store/ledger.py",
            old="    statement = select(Effect).where(Effect.id == effect_id, Effect.shop_id == shop_id)\n",
            new="    statement = select(Effect).where(Effect.id == effect_id)\n",
            tests="tests/store/test_tenancy.py",
        ),
        "a purse moved across shops": Mutant(
            file="app/store/pools.py",
            old="        .where(Pool.id == pool_id, Pool.shop_id == shop_id, condition)\n",
            new="        .where(Pool.id == pool_id, condition)\n",
            tests="tests/store/test_tenancy.py",
        ),
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
        # Tokens, the past, forgetting, the bell
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
            old="    return or_(and_(Effect.state == State.PLANNED, Effect.sends > 0, _sends_of(deeds)),"
            " mine(*deeds))\n",
            new="    return Effect.id.in_([deed.id for deed in deeds])\n",
            tests=f"tests/torture/test_frozen.py::{_FROZEN}[refund]",
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
    | OF_ARRIVAL
    | OF_KINDNESS
    | OF_THE_DAY
    | OF_THE_DOOR
)
