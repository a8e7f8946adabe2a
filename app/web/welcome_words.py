"""What the first steps say: why each right is asked for, why a variant cannot be given, what each measure means."""

from collections.abc import Mapping

from app.domain.policy import Measure
from app.domain.scopes import Feature
from app.domain.suggestions import Unfit
from app.web.language import N_

# In the order in which they matter to whoever is asked for the first time.
WHY: Mapping[Feature, str] = {
    Feature.MARKS: N_(
        "So that your special customers bear a tag in your store, which your team and your tools can see."
    ),
    Feature.GIFT_SEARCH: N_(
        "So that you can choose gifts by their name, and see what they cost you and how many are left."
    ),
    Feature.GIFT_LINES: N_("So that a gift can be added to an order before its parcel is packed."),
    Feature.GIFT_ORDERS: N_("So that a gift whose parcel has left can travel by itself, as an order at no charge."),
    Feature.GIFT_DRAFTS: N_("The same by a draft, for stores that want to edit such an order by hand."),
    Feature.REFUNDS: N_("So that an agent can give money back from the helpdesk, within the limits that you set."),
    Feature.STORE_CREDIT: N_("So that an agent can give store credit in place of money, where you allow it."),
    Feature.WAREHOUSE: N_("So that a parcel that somebody has begun to pack is never touched."),
    Feature.WHOLE_PAST: N_(
        "So that your oldest customers count for what they are, and not for their last 60 days alone."
    ),
    Feature.MERGES: N_("So that two accounts of one person count as one at once."),
}

UNFIT: Mapping[Unfit, str] = {
    Unfit.NOT_ON_SALE: N_("It is not on sale."),
    Unfit.NO_PARCEL: N_("It travels in no parcel: a download, a service or a gift card."),
    Unfit.NO_COST: N_(
        "Your store keeps no cost for it. Enter one at the product, under Cost per item, and look again."
    ),
    Unfit.NOT_COUNTED: N_("Your store does not count its stock, so nobody would notice when it is gone."),
    Unfit.TOO_FEW: N_("Too few are in stock."),
}

# The measures that can be chosen on the chart, with the names of their lines.
MEASURES: Mapping[Measure, tuple[str, str]] = {
    Measure.MEAN: ("mean", N_("average")),
    Measure.MEDIAN: ("median", N_("middle")),
    Measure.PERCENTILE: ("p80", N_("4 in 5")),
}
SAYS: Mapping[Measure, str] = {
    Measure.MEAN: N_("More than the average customer"),
    Measure.MEDIAN: N_("More than the customer in the middle"),
    Measure.PERCENTILE: N_("More than four in five customers"),
}
