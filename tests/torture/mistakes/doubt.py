"""Mistakes around what nobody knows: a call whose answer was lost, or whose caller died."""

from tests.torture.mutant import Mutant, points, rough

DOUBT = {
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
        tests=rough("gift-order+late-commit"),
    ),
    "a lost answer taken for a no": Mutant(
        file="integrations/http.py",
        old="        if self.writes:\n            return Uncertain(",
        new="        if not self.writes:\n            return Uncertain(",
        tests="tests/integrations/test_http.py",
    ),
    "a test ticket made before it is looked for": Mutant(
        file="integrations/gorgias/samples.py",
        old="        return self.find(key=key) or self._opened(email, key)\n",
        new="        return self._opened(email, key)\n",
        tests=points("test-ticket"),
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
}
