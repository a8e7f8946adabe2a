"""Mistakes around campaigns and what runs short: who is on a list, who had theirs, out of which purse."""

from tests.torture.mutant import Mutant

CAMPAIGNS = {
    "a wave that forgets who had their turn": Mutant(
        file="app/store/campaign_lists.py",
        old="Row.held_out.is_(False), Row.planned_at.is_(None))\n",
        new="Row.held_out.is_(False))\n",
        tests="tests/store/test_campaigns.py -k turns",
    ),
    "a gift for whoever is held out of a campaign": Mutant(
        file="app/store/campaign_lists.py",
        old="Row.held_out.is_(False), Row.planned_at.is_(None))\n",
        new="Row.planned_at.is_(None))\n",
        tests="tests/store/test_campaigns.py -k turns",
    ),
    "a wave that two plan": Mutant(
        file="app/store/campaigns.py",
        old="Row.id == campaign_id, Row.next_at == seen)\n",
        new="Row.id == campaign_id, Row.next_at.is_not(None))\n",
        tests="tests/store/test_campaigns.py -k two_take_it",
    ),
    "a frozen list that is counted anew": Mutant(
        file="app/store/campaigns.py",
        old="    mine = [Row.shop_id == shop_id, Row.id == campaign_id, Row.stage == Stage.DRAFT]\n",
        new="    mine = [Row.shop_id == shop_id, Row.id == campaign_id]\n",
        tests="tests/store/test_campaigns.py",
    ),
    "a frozen list in another order": Mutant(
        file="app/store/campaign_lists.py",
        old="_waits()).order_by(Row.place).limit(limit)\n",
        new="_waits()).order_by(Row.net_minor.desc()).limit(limit)\n",
        tests="tests/store/test_campaigns.py -k turns",
    ),
    "a draw that its seed does not decide": Mutant(
        file="app/domain/campaigns.py",
        old='hashlib.sha256(f"{seed}:{customer_id}".encode())',
        new='hashlib.sha256(f"{customer_id}".encode())',
        tests="tests/domain/test_campaigns.py",
    ),
    "a list of one too many": Mutant(
        file="app/domain/campaigns.py",
        old="LEAST, USUAL_MOST = 200, 600 ",
        new="LEAST, USUAL_MOST = 200, 601 ",
        tests="tests/domain/test_campaigns.py",
    ),
    "a list of one too few": Mutant(
        file="app/domain/campaigns.py",
        old="LEAST, USUAL_MOST = 200, 600 ",
        new="LEAST, USUAL_MOST = 199, 600 ",
        tests="tests/domain/test_campaigns.py",
    ),
    "a campaign whose postage nobody set aside": Mutant(
        file="jobs/campaigns.py",
        old="        limit = campaign.terms.budget_minor - found.size.given * campaign.terms.extras_minor\n",
        new="        limit = campaign.terms.budget_minor\n",
        tests="tests/jobs/test_campaign_waves.py",
    ),
    "a wave larger than its purse": Mutant(
        file="jobs/campaign_waves.py",
        old="    room = min(campaign.terms.per_day, stock, paid)\n",
        new="    room = min(campaign.terms.per_day, stock)\n",
        tests="tests/jobs/test_campaign_waves.py",
    ),
    "a campaign on top of another kindness": Mutant(
        file="app/domain/rules/campaign_gift.py",
        old="    if to.treated:\n",
        new="    if to.treated and to.disputed:\n",
        tests="tests/domain/test_campaign_gift.py",
    ),
    "a yes to a list that nobody saw": Mutant(
        file="app/store/campaigns.py",
        old="    mine += [] if seen is None else [Row.revision == seen]\n",
        new="    mine += [] if seen is None else [Row.revision <= 99 * seen + 99]\n",
        tests="tests/store/test_campaigns.py",
    ),
    "the last one kept is given away": Mutant(
        file="app/domain/shortages.py",
        old="    return left is not None and left <= 0\n",
        new="    return left is not None and left < 0\n",
        tests="tests/domain/test_shortages.py",
    ),
    "what is kept counts as there": Mutant(
        file="app/domain/shortages.py",
        old="    return replace(option, stock=to_give(option.stock, kept.get(option.variant_id, 0)))\n",
        new="    return replace(option, stock=to_give(option.stock, kept.get(0, 0)))\n",
        tests="tests/domain/test_shortages.py",
    ),
    "a list that computes": Mutant(
        file="app/web/campaign_sheet.py",
        old="    return tuple(map(plain, texts))\n",
        new="    return texts\n",
        tests="tests/web/test_campaigns.py",
    ),
}
