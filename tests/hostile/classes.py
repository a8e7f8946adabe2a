"""The register: every class of hostile input by its number, and the tests that hold what needs no wire."""

from collections.abc import Mapping

_SECTIONS: Mapping[str, str] = {
    "signature": "missing; empty; wrong length; hex; URL-safe base64; not ASCII; twice; blanks",
    "secret": "another; the older; revoked; a byte changed; written anew; byte order mark; another charset",
    "beside the body": "another shop; another topic; another id; replayed at once; replayed a month later",
    "HTTP": "body over the cap; length; length and chunks; bad chunks; bombs; content type; multipart; methods;"
    " large headers; long address; NUL and CR; obs-fold; two hosts; underscore twins; slow headers; slow bodies;"
    " a thousand idle lines; dots in the path; another host in the path; odd hosts",
    "no object": "nothing; blanks; null; a text; a number; a list; cut short; two documents",
    "too much": "nesting; a million names; a megabyte of text; ten thousand lines",
    "numbers": "NaN; 1e999; 5,000 digits; beyond 64 bits; float id; bool id; list id; negative id",
    "spelling": "repeated name; repeated name within; other encodings; bad UTF-8; lone surrogate; NUL",
    "fields": "ids of another kind; no id; no customer; no address; unknown names; unknown states",
    "money": "exponent; below nothing; comma; too fine; 400 digits; other currencies",
    "time": "nanoseconds; years 1 and 9999; no zone; the future and summer time",
    "text": "markup; formulas; other direction; emoji; a terminal's orders; log forging",
    "tags and people": "comma; too long; twins; e-mail twins; telephone twins; homographs",
    "tokens": "alg none; other algorithms; no end; not yet; audience; two shops; look-alike; odd shop names; odd types;"
    " odd headers",
    "addresses": "shop parameter; odd shop parameter; host parameter; way back",
    "foreign id": "in a path; in a body; in a query; in a list or a file",
    "forms": "odd amounts; pool below what is spent; rule without product; ten thousand of everything",
    "again": "double click; two tabs; back button",
    "outgoing": "http; this machine; private networks; odd spellings; somebody before the host; odd ports;"
    " names that lead inside; redirects inside; endless answers",
    "account": "with a dot; with a slash or an @; in capitals; of 300 characters",
    "queue": "pickle; another function; no such shop; wrong arguments; callbacks; a megabyte",
    "storage": "odd rows; swapped secret; cut secret; lost key",
    "the desk": "pass made up; pass cut; pass of another desk; pass of another shop; pass too old; pass alone;"
    " session made up; odd header; session elsewhere than in its header; session of somebody let go; session signed out;"
    " login link twice; login link late; login link guessed; odd browser; framed by a stranger; press twice;"
    " press without its preview; deed of another shop; lead's yes by no lead, or to oneself; asking in a stranger's name; asking for a second reader;"
    " asking at odd length; mailed link in another browser; asking without end",
    "consent": "a way that nobody began; begun from elsewhere; in another browser; once more; late; a yes that nobody gave;"
    " a yes by another way",
    "the address page": "a link made up; a link of another shop; a link used before; a link too late; opened by machines;"
    " answered by many at once; hostile letters; letters nobody sees; no address; more than an address; no form;"
    " an address found elsewhere than sealed",
    "a vendor's bell": "a vendor whom nobody knows; token made up; no proof; another's proof; odd proof; a byte changed;"
    " a moment long ago; rung once more; body over the cap; another charset; methods; half a body; no sense;"
    " a gift of nobody's; a longer address",
}
CLASSES: Mapping[int, str] = dict(
    enumerate((f"{title}: {name}" for title, names in _SECTIONS.items() for name in names.split("; ")), start=1)
)

_SETTINGS = "tests/web/test_settings.py::"
_ACTS = "tests/web/test_merchant_acts.py::"
_ADDRESSES = "tests/integrations/test_addresses.py::"
_ODD_ADDRESS = f"{_ADDRESSES}test_given_an_odd_address_when_calling_then_it_is_refused_before_any_name_is_looked_up"
_HTTP = "tests/integrations/test_http.py::"
_DESK = "tests/web/test_agent_desk.py::"
_PRESSES = "tests/jobs/test_agent_desk.py::"
_CONSENT, _WAYS = "tests/web/test_consents.py::", "tests/jobs/test_consents.py::"
_MAILS = "tests/jobs/test_mails.py::"
_DOOR, _TOLD = "tests/web/test_address_page.py::", "tests/jobs/test_address_asks.py::"
_ALIKE = f"{_DOOR}test_given_links_that_open_nothing_when_opened_then_all_are_answered_alike"
_LETTERS = f"{_DOOR}test_given_hostile_letters_when_written_then_they_are_kept_as_one_harmless_line_and_shown_as_text"
_ACCOUNT = "tests/integrations/test_registry.py::test_given_no_proper_account_when_opened_then_no_key_can_go_there"

ELSEWHERE: Mapping[int, tuple[str, ...]] = {
    20: ("tests/jobs/test_gift.py::test_given_a_gift_when_its_webhook_is_replayed_a_month_later_then_there_is_no_second_one",),
    91: (
        "tests/web/test_fields.py::test_given_one_tag_in_two_spellings_when_read_then_it_is_one_tag",
        "tests/integrations/shopify/test_topics.py::test_given_tags_that_changed_when_parsed_then_they_are_one_in_any_case",
    ),
    92: ("tests/store/test_people.py::test_given_an_address_that_two_customers_share_when_a_guest_uses_it_then_nobody_is_guessed",),
    # A telephone never makes two people one: it only helps to find who is to be forgotten.
    93: ("tests/integrations/shopify/test_topics.py::test_given_somebody_to_forget_when_little_is_said_of_them_then_that_little_must_do",),
    114: (f"{_SETTINGS}test_given_money_set_aside_when_the_pool_is_cut_below_it_then_the_page_says_how_much_that_is",),
    117: (
        f"{_SETTINGS}test_given_a_double_click_when_the_same_form_comes_twice_then_both_are_told_that_it_is_saved",
        f"{_ACTS}test_given_any_press_when_it_comes_twice_then_the_books_are_as_after_the_first",
    ),
    118: (f"{_SETTINGS}test_given_two_tabs_when_the_second_saves_what_the_first_made_stale_then_it_is_shown_how_it_stands",),
    119: (f"{_ACTS}test_given_a_deed_that_no_longer_waits_when_pressed_again_then_it_stays_as_it_is",),
    **dict.fromkeys(range(120, 126), (_ODD_ADDRESS,)),
    126: (
        f"{_ADDRESSES}test_given_a_public_name_that_leads_inside_when_calling_then_nobody_is_reached",
        f"{_ADDRESSES}test_given_a_name_that_changes_after_the_look_when_calling_then_what_was_checked_is_called",
    ),
    127: (
        f"{_HTTP}test_given_a_redirect_when_calling_then_our_token_does_not_travel",
        f"{_ADDRESSES}test_given_a_file_that_another_side_says_lies_inside_when_it_is_fetched_then_that_is_refused",
    ),
    128: (
        f"{_HTTP}test_given_a_bomb_when_calling_then_what_it_unpacks_to_is_counted_and_never_held",
        f"{_HTTP}test_given_a_dripping_answer_when_calling_then_it_ends_in_time",
    ),
    **dict.fromkeys(range(129, 133), (_ACCOUNT,)),
    147: ("tests/jobs/test_passes.py::test_given_a_pass_when_thirty_days_are_over_or_its_key_is_gone_then_it_opens_nothing",),
    155: ("tests/store/test_agent_sessions.py::test_given_a_link_when_it_is_late_or_a_newer_one_was_made_then_it_opens_nothing",),
    159: (
        f"{_PRESSES}test_given_a_double_press_when_handled_then_the_money_goes_back_once",
        f"{_PRESSES}test_given_two_windows_that_show_the_same_when_both_are_pressed_then_the_second_is_told_it_has_changed",
    ),
    162: (
        f"{_PRESSES}test_given_more_than_the_limit_when_pressed_then_a_lead_says_yes_in_one_click_and_nobody_else_can",
        f"{_PRESSES}test_given_a_lead_who_asked_when_they_would_say_yes_to_themselves_then_another_must",
    ),
    166: ("tests/store/test_mails.py::test_given_a_link_by_mail_when_another_browser_brings_it_then_it_opens_nothing_to_it_ever",),
    167: (
        f"{_MAILS}test_given_sixty_four_asks_when_answered_then_three_mails_are_sent_and_three_more_an_hour_later",
        f"{_MAILS}test_given_strangers_who_ask_without_end_when_counted_then_only_some_a_minute_are_even_kept",
    ),
    169: (f"{_CONSENT}test_given_a_strangers_page_or_a_link_in_a_mail_when_it_would_begin_a_way_then_none_begins_and_no_cookie_is_set",),
    170: (f"{_WAYS}test_given_a_browser_that_did_not_set_out_when_it_comes_back_then_nothing_is_bound_and_the_right_one_still_may",),
    171: (
        f"{_WAYS}test_given_a_way_that_was_ended_when_somebody_comes_back_by_it_again_then_they_are_nobody",
        f"{_WAYS}test_given_a_code_to_set_out_with_when_it_is_used_again_or_late_then_it_begins_nothing",
    ),
    172: (f"{_WAYS}test_given_a_way_that_took_too_long_when_back_then_nothing_is_bound",),
    173: (f"{_WAYS}test_given_a_yes_that_nobody_gave_when_back_then_nothing_is_bound",),
    174: (f"{_WAYS}test_given_a_yes_that_was_used_when_it_comes_by_another_way_then_it_brings_nothing",),
    **dict.fromkeys(range(175, 178), (_ALIKE,)),
    178: (f"{_DOOR}test_given_a_link_when_it_is_late_or_its_shop_has_left_then_it_is_over",),
    179: (f"{_DOOR}test_given_a_link_when_opened_however_often_then_it_asks_for_a_cards_address_and_tells_nothing_else",),
    180: (f"{_DOOR}test_given_sixty_four_answers_at_once_when_sent_then_one_is_kept",),
    **dict.fromkeys((181, 182), (_LETTERS,)),
    183: (f"{_DOOR}test_given_what_is_no_address_when_sent_then_it_says_what_is_amiss_and_the_link_stays_good",),
    184: (f"{_DOOR}test_given_more_than_an_address_when_sent_then_it_is_not_even_read",),
    185: (f"{_DOOR}test_given_what_is_no_form_when_sent_then_nothing_is_kept",),
    186: (f"{_TOLD}test_given_an_answer_when_their_day_comes_then_the_flowers_go_there_once_and_of_the_address_nothing_is_left",),
    158: (f"{_DESK}test_given_a_desk_when_opened_then_only_its_own_helpdesk_may_frame_it_and_no_other_script_runs",),
}  # fmt: skip
