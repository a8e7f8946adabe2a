"""What nobody could find out without a real store: how to find out there, and what may be found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question about Shopify, how a person settles it in a development store, and what either answer means."""

    about: str
    do: str
    outcomes: str


QUESTIONS = (
    Question(
        about="how long an order edit stays open",
        do="begin an edit of a test order by API, add a line, wait 65 minutes, commit",
        outcomes="userErrors: as we assume, and the edit begins anew; committed: nothing to change",
    ),
    Question(
        about="whether NO_RESTOCK takes an unsent line off its parcel",
        do="refund a line of an unsent test order with NO_RESTOCK, then read the order's fulfillment orders",
        outcomes="line gone: refund unsent goods by amount only, as we do; line still there: by line is safe as well",
    ),
    Question(
        about="which version a shop-specific webhook is written in",
        do="make one with an older version in the URL, cause it, read X-Shopify-API-Version of the delivery",
        outcomes="that of the URL or that of the app: we use neither, for all our webhooks are the app's",
    ),
    Question(
        about="how long a tag on an order may be",
        do="add tags of 40, 41, 255 and 256 characters to a test order with tagsAdd",
        outcomes="refused from 41: as we assume; from 256: our limit may be raised",
    ),
    Question(
        about="whether completing a draft order stays silent",
        do="switch the store's order mails off, complete a free draft for a customer whose mailbox is yours",
        outcomes="no mail: both routes keep the surprise; mail: only orderCreate does, which is the default",
    ),
    Question(
        about="whether a store that is asked too much says 200 or 429",
        do="page through orders with 250 lines each as fast as possible until it refuses",
        outcomes="either is understood; note how Retry-After is written, and whether it says seconds",
    ),
    Question(
        about="whether Polaris shows under our policy",
        do="open the app in the admin, follow a link, look at a state and at the browser's console",
        outcomes="states look like the admin's: well; plain, or a style is refused: set POLARIS_URL to nothing",
    ),
    Question(
        about="which plans may be granted write_gift_cards",
        do="ask for the scope in a development store, then in one on a Basic plan",
        outcomes="granted: nothing to do; refused: the feature stays off there, and says which scope it lacks",
    ),
    Question(
        about="what order_adjustments of a refund look like",
        do="refund an amount without lines, keep the body of refunds/create",
        outcomes="as we assume or not: nothing is read from them, the order is read anew; correct the twin's body",
    ),
    Question(
        about="what refundCreate says to a key that it knows",
        do="repeat a refund's key with another amount; and send the same twice at once",
        outcomes="a userError or a top-level error: both make us read the order again; write the text into the twin",
    ),
    Question(
        about="what an application-only token must claim",
        do="register a key in the Dev Dashboard, sign an assertion, exchange it",
        outcomes="nothing here rests on it: workers use the shop's own offline token",
    ),
)
