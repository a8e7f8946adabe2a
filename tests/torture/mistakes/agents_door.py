"""Mistakes at the agents' door and on a merchant's way to a helpdesk: who is let in, in which browser, how often."""

from tests.torture.mutant import Mutant

AGENTS_DOOR = {
    "a mailed link for any browser": Mutant(
        file="app/store/login_asks.py",
        old="    theirs = (LoginAsk.code_digest == _digest(code), LoginAsk.browser_digest == _digest(browser))\n",
        new="    theirs = (LoginAsk.code_digest == _digest(code), LoginAsk.browser_digest != browser)\n",
        tests="tests/store/test_mails.py -k another_browser",
    ),
    "links for whoever asks long enough": Mutant(
        file="jobs/agent_login.py",
        old="        if agent is None or tallies.ask_as(session, at=now, **about) > MOST_AN_HOUR:\n",
        new="        if agent is None or tallies.ask_as(session, at=now, **about) > 10 * MOST_AN_HOUR:\n",
        tests="tests/jobs/test_mails.py -k sixty_four",
    ),
    "a mail that two workers carry": Mutant(
        file="app/store/mails.py",
        old="    row.next_try_at, row.tries, row.problem = None, row.tries + 1, ON_ITS_WAY\n",
        new="    row.tries, row.problem = row.tries + 1, ON_ITS_WAY\n",
        tests="tests/store/test_mails.py -k whatever_becomes",
    ),
    "a second reader in an address": Mutant(
        file="integrations/mail/smtp.py",
        old="        if not is_address(mail.to):\n",
        new='        if "@" not in mail.to:\n',
        tests="tests/integrations/mail/test_smtp.py -k second_reader",
    ),
    "a way back for any browser": Mutant(
        file="app/store/trips.py",
        old="    same_browser = Row.cookie_digest == _digest(cookie)\n",
        new="    same_browser = Row.cookie_digest.is_not(None)\n",
        tests="tests/jobs/test_consents.py -k did_not_set_out",
    ),
    "a way that a stranger's page begins": Mutant(
        file="app/web/consents.py",
        old='    if request.headers.get("Sec-Fetch-Site") != "same-origin":\n',
        new='    if request.headers.get("Sec-Fetch-Site") == "cross-site":\n',
        tests="tests/web/test_consents.py -k strangers_page",
    ),
    "a key that everybody fetches": Mutant(
        file="app/store/desk_keys.py",
        old="    return ours if _moved(session, (*_mine(shop_id, kind), given, free), ours, now + lease) else None\n",
        new="    return ours if _moved(session, (*_mine(shop_id, kind), given), ours, now + lease) else None\n",
        tests="tests/jobs/test_desk_access.py -k somebodys_when_another",
    ),
}
