"""The tasks by the names under which they are rung. Each takes a shop's id and finds all else in the database."""

from jobs import address_asks as _address_asks
from jobs import backtest as _backtest
from jobs import campaign_waves as _campaign_waves
from jobs import gift_watch as _gift_watch
from jobs import helpdesk_care as _helpdesk_care
from jobs import history as _history
from jobs import installation as _installation
from jobs import lost_marks as _lost_marks
from jobs import mails as _mails
from jobs import moments as _moments
from jobs import privacy as _privacy
from jobs import results as _results
from jobs import review as _review
from jobs import shortages as _shortages
from jobs import story_mails as _story_mails
from jobs import sweep as _sweep
from jobs.floor import floor
from jobs.runtime import world


def drain(shop_id: int) -> None:
    """Handle and perform whatever waits."""
    floor().take(shop_id)


def review(shop_id: int) -> None:
    """Take the shop's measure and look at its customers again."""
    _review.review(world(), shop_id)


def sweep(shop_id: int) -> None:
    """Find what the webhooks did not tell."""
    _sweep.sweep(world(), shop_id)


def import_history(shop_id: int) -> None:
    """Read the past."""
    _history.import_history(world(), shop_id)


def keep_access(shop_id: int) -> None:
    """Renew tokens that nobody has asked for in a long time."""
    _installation.keep_access(world(), shop_id)


def keep_privacy(shop_id: int) -> None:
    """Carry out what people asked about their data."""
    _privacy.keep_promises(world(), shop_id)


def look_after_helpdesks(shop_id: int) -> None:
    """Set helpdesks up, look at them, or clear them out."""
    _helpdesk_care.care_for(world(), shop_id)


def look_for_lost_marks(shop_id: int) -> None:
    """Put back what helpdesks have lost."""
    _lost_marks.look_through(world(), shop_id)


def look_at_addresses(shop_id: int) -> None:
    """Find out which addresses are in doubt, days before something goes there."""
    _address_asks.look(world(), shop_id)


def post_mails(shop_id: int) -> None:
    """Write to the team whoever is to be written to."""
    _mails.post(world(), shop_id)


def walk_through_the_past(shop_id: int) -> None:
    """Find out what the rules would have done, had they been on."""
    _backtest.backtest(world(), shop_id)


def follow_gifts(shop_id: int) -> None:
    """Ask what became of gifts."""
    _gift_watch.follow(world(), shop_id)


def look_for_moments(shop_id: int) -> None:
    """Find whose day has come, and what comes of it."""
    _moments.look(world(), shop_id)


def go_on_with_campaigns(shop_id: int) -> None:
    """Plan what is due of campaigns."""
    _campaign_waves.go_on(world(), shop_id)


def look_for_shortages(shop_id: int) -> None:
    """Find out whether something runs short of which some is kept."""
    _shortages.look(world(), shop_id)


def tell_the_month(shop_id: int) -> None:
    """Write to whoever asked to be told of the last month."""
    _story_mails.tell(world(), shop_id)


def reckon_results(shop_id: int) -> None:
    """Reckon what the rules' trials say."""
    _results.reckon(world(), shop_id)
