"""Mistakes at the door that webhooks come in by, and between one shop and another."""

from tests.torture.mutant import Mutant

FRONT = {
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
}
