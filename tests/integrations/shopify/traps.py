"""Everything that is known about how Shopify surprises an app, and the tests in which it does.

A place is a file and what its test's name contains; where one test has many rows, `[...]` is in the row's id.
"""

from collections.abc import Mapping

_ANSWERS = "integrations/shopify/test_answers.py"
_ACCESS = "integrations/shopify/test_access.py"
_ORDERS = "integrations/shopify/test_orders.py"
_GIFT_LINE = "integrations/shopify/test_gift_line.py"
_DOCUMENTS = "integrations/shopify/test_documents.py"
_TOPICS = "integrations/shopify/test_topics.py"
_WEBHOOKS = "integrations/shopify/test_webhooks.py"
_CUSTOMERS = "integrations/shopify/test_customers.py"
_CONTRACT = "integrations/contract/test_shopify.py"
_TWO_SHOPS = "integrations/contract/test_two_shops.py"
_GATES = "integrations/sandbox/test_store_gates.py"
_FAULTS = "integrations/sandbox/test_store_faults.py"
_TWIN_REFUNDS = "integrations/sandbox/test_store_refunds.py"
_EDITING = "integrations/sandbox/test_store_editing.py"
_PEOPLE = "integrations/sandbox/test_store_people.py"
_POST = "integrations/sandbox/test_post_office.py"
_BULK = "integrations/sandbox/test_store_bulk.py"
_COST = "integrations/sandbox/test_store_cost.py"
_TWIN_TOKENS = "integrations/sandbox/test_store_tokens.py"
_TOKENS = "jobs/test_access.py"
_STAY = "jobs/test_installation.py"
_GIFT_ORDER = "jobs/test_gift_order.py"
_RULE = "domain/test_nth_order_gift.py"
_GIFT = "jobs/test_gift.py"
_TAKEN_BACK = "jobs/test_gift_taken_back.py"
_LATER = "jobs/test_payment_comes_later.py"
_PERSONS = "jobs/test_customers.py"

Places = Mapping[str, tuple[str, ...]]

# What an answer of the Admin API may look like.
ANSWERS: Places = {
    "success": (f"{_ANSWERS}::data_when_asked",),
    "a refusal for a business reason, without a code": (f"{_ANSWERS}::user_errors_when_writing",),
    "a refusal with a code: the mark is there already": (f"{_GIFT_LINE}::the_mark_of_another_deed",),
    "throttled at 200": (f"{_ANSWERS}::throttled_at_200",),
    "throttled at 429 with Retry-After 2.0": (f"{_ANSWERS}::429_when_writing",),
    "too dear": (f"{_ANSWERS}::a_mistake_of_ours[too dear]", f"{_COST}::a_query_dearer_than_the_ceiling"),
    "a scope is missing, part of the data is there": (f"{_ANSWERS}::partial_data_when_reading",),
    "a scope is missing for a mutation": (f"{_ANSWERS}::a_missing_scope_when_writing",),
    "protected data is not approved": (f"{_CONTRACT}::no_approval_for_personal_data",),
    "a refund without its directive": (f"{_ANSWERS}::a_mistake_of_ours[directive missing]",),
    "an unknown field": (f"{_ANSWERS}::a_mistake_of_ours[unknown field]",),
    "a variable that does not fit": (f"{_ANSWERS}::a_mistake_of_ours[bad variable]",),
    "an order that is unknown, too old or another's": (
        f"{_ANSWERS}::no_such_order",
        f"{_ANSWERS}::an_order_too_old_for_our_scopes",
    ),
    "a bad token, and errors that are a text": (f"{_ANSWERS}::a_closed_door[401]", f"{_ACCESS}::a_dead_token"),
    "errors that are a list, a text or an object; data null, absent or partial": (
        f"{_ANSWERS}::an_answer_that_settles_nothing",
        f"{_ANSWERS}::a_gap_that_swallowed_the_order",
    ),
    "extensions that are missing": (f"{_ANSWERS}::extensions_that_are_missing_or_odd",),
    "400, a bad body": (f"{_ANSWERS}::a_mistake_of_ours[400]",),
    "401, refreshed": (f"{_ACCESS}::a_dead_token", f"{_ACCESS}::two_dead_tokens", f"{_ACCESS}::three_dead_tokens"),
    "402, frozen": (f"{_ANSWERS}::a_closed_door[402]", "jobs/test_doors.py::a_shop_that_was_frozen"),
    "403, forbidden, or a token that should expire": (f"{_ANSWERS}::a_closed_door[403]",),
    "404, gone": (f"{_ANSWERS}::a_closed_door[404]",),
    "423, locked": (f"{_ANSWERS}::a_closed_door[423]",),
    "5xx, reading and writing": (f"{_ANSWERS}::a_page_for_people_at_5xx",),
    "SHOP_INACTIVE": (f"{_ANSWERS}::an_inactive_shop",),
    "INTERNAL_SERVER_ERROR, and whose request it was": (f"{_ANSWERS}::an_error_of_theirs_when_logged",),
    "a key that another call still works on, failed on, or used otherwise": (
        f"{_ANSWERS}::a_word_about_the_idempotency_key",
    ),
    "another version than was asked for": (f"{_ANSWERS}::another_version_than_asked",),
}

# What others have complained of.
TRAPS: Places = {
    "a gift edit comes after the warehouse has exported the order": (
        f"{_RULE}::a_young_order_when_planned",
        f"{_RULE}::a_parcel_that_is_packed_or_gone",
        f"{_GIFT}::a_planned_gift_when_the_warehouse_takes_the_parcel_first",
        f"{_GIFT_ORDER}::a_planned_line_when_the_warehouse_takes_the_parcel_first",
    ),
    "the mail about an updated order spoils the surprise": (
        f"{_GIFT_LINE}::an_open_order_when_a_gift_is_added_then_each_step_says_what_it_must",
        f"{_EDITING}::nothing_said_about_mail",
    ),
    "a taxable gift leaves a balance to be paid": (
        f"{_GIFT_LINE}::the_customer_would_owe_tax",
        f"{_GIFT_LINE}::rounding_in_the_buyers_currency",
        f"{_EDITING}::a_place_that_taxes_presents",
    ),
    "orders/paid never comes": (f"{_LATER}::an_order_on_credit",),
    "one order is paid in several parts": (f"{_LATER}::a_payment_in_two_parts",),
    "one change raises several webhooks": (f"{_GIFT}::the_same_deed_when_five_deliveries",),
    "a reinstalled app hears everything twice": (
        f"{_DOCUMENTS}::none_subscribes_one_shop",
        "integrations/contract/test_checkup.py::webhooks_of_this_shop_alone",
    ),
    "an order of long ago surfaces and gets a gift": (
        f"{_RULE}::an_old_order_when_it_comes_back",
        f"{_RULE}::an_order_from_before_the_rule",
        f"{_TAKEN_BACK}::an_order_from_before_the_rule_was_switched_on",
    ),
    "the store's own sums lag behind": (
        f"{_TOPICS}::what_a_customer_has_spent_when_parsed_then_the_sum_is_not_believed",
        f"{_PERSONS}::a_lost_order_webhook_when_the_customers_spending_is_told",
    ),
    "a guest has no customer": (f"{_CONTRACT}::a_guest_when_read", f"{_RULE}::a_guest_when_decided"),
    "two customers become one": (
        f"{_TOPICS}::two_customers_become_one",
        f"{_PERSONS}::a_planned_gift_when_its_customer_is_merged",
    ),
    "an app writes a whole list of tags over everybody's": (
        f"{_ANSWERS}::none_writes_a_whole_list",
        f"{_CONTRACT}::tags_of_others",
        f"{_CUSTOMERS}::a_new_tag_when_tagged_then_only_that_tag",
    ),
    "a note is replaced as a whole": (f"{_ANSWERS}::none_writes_a_whole_list",),
    "protected data comes as null with status 200": (
        f"{_CONTRACT}::no_approval_for_personal_data",
        f"{_ORDERS}::a_withheld_fact_that_money_hangs_on",
        f"{_ORDERS}::a_withheld_address_when_flowers_need_it",
    ),
    "a token that never expires is refused": (
        f"{_ANSWERS}::a_closed_door[403]",
        "integrations/shopify/test_tokens.py::an_id_token_when_exchanged_then_an_expiring_offline_pair",
        f"{_TWIN_TOKENS}::no_wish_for_an_end",
    ),
    "two refreshes at once log a shop out": (
        f"{_TOKENS}::twenty_workers_when_the_token_ends",
        f"{_TOKENS}::processes_of_their_own",
        f"{_TOKENS}::a_refresh_when_the_process_dies",
    ),
    "the webhook of an uninstallation comes after the app is back": (
        f"{_STAY}::news_of_an_uninstallation_before_the_present_installation",
    ),
    "an order that we made cannot be edited by staff": (
        "web/test_promises.py::the_routes_when_the_merchant_chooses",
        "integrations/shopify/test_gift_draft.py::a_parcel_when_drafted",
    ),
    "a completed draft sends its mail": (
        f"{_GIFT_ORDER}::only_a_draft_may_spoil_the_surprise",
        "integrations/sandbox/test_store_drafts.py::a_draft_when_completed_then_it_is_a_paid_order",
    ),
    "a deed whose answer is lost is repeated, and there are two": (
        f"{_GIFT}::a_commit_whose_answer_is_lost",
        f"{_GIFT_ORDER}::a_gift_order_whose_answer_is_lost",
        f"{_GIFT_ORDER}::a_gift_order_made_after_we_looked",
        "torture/test_points.py::a_flow_when_its_process_dies",
    ),
    "a gift goes to a customer who is gone, or into a box": (
        f"{_GIFT_ORDER}::an_address_that_needs_a_look",
        f"{_GIFT_ORDER}::a_customer_who_became_another",
    ),
    "a gift stays on an order that is cancelled or given back": (
        f"{_TAKEN_BACK}::a_planned_gift_when_its_order_is_over",
        f"{_TAKEN_BACK}::a_gift_on_the_order_when_the_order_is_over",
        "torture/test_points.py::a_flow_when_its_process_dies",
    ),
    "the gift stands below the first fifty lines": (f"{_CONTRACT}::a_gift_below_fifty_lines",),
    "an order that we made counts as the customer's": (
        f"{_GIFT_ORDER}::our_own_gift_order_when_its_webhook_comes_back",
        f"{_GIFT_ORDER}::a_gift_order_that_lost_its_tag",
    ),
    "an order that we made ships nothing, costs something, or takes no stock": (
        "integrations/shopify/test_gift_order.py::a_parcel_when_sent_then_the_store_is_told_to_the_letter",
        "integrations/shopify/test_gift_order.py::an_order_that_is_not_as_wanted",
    ),
    "a completed draft sends the shop's own mail, and is not ready at once": (
        "integrations/sandbox/test_store_drafts.py::a_draft_when_completed_then_it_is_a_paid_order",
        "integrations/sandbox/test_store_drafts.py::a_fresh_draft_when_read_then_it_is_not_ready",
        "integrations/shopify/test_gift_draft.py::a_line_that_breaks_when_completed",
    ),
    "a webhook is lost": (
        "jobs/test_sweep.py::a_fifth_of_the_webhooks_lost",
        "jobs/test_sweep.py::a_change_that_the_store_showed_late",
        "stories/test_stories.py::a_lost_webhook",
    ),
    "only sixty days of the past may be read": (
        "jobs/test_history.py::sixty_days_alone",
        f"{_CONTRACT}::an_order_beyond_sixty_days",
    ),
    "an export fails, lies too long, or breaks off": (
        "jobs/test_history.py::an_export_that_fails",
        "jobs/test_history.py::a_file_that_lay_too_long",
        "jobs/test_history.py::a_process_that_is_killed",
    ),
    "our own deed comes back to us as news": ("jobs/test_echoes.py::all_its_echoes_come_back",),
}

# What the twin must be able to do, so that all of the above can be tried.
TWIN: Places = {
    "ID tokens are exchanged, and only true ones": (
        f"{_TWIN_TOKENS}::an_id_token_when_exchanged",
        f"{_TWIN_TOKENS}::no_true_id_token",
        f"{_TWIN_TOKENS}::a_shop_that_tells_no_lifetimes",
    ),
    "refresh tokens rotate, may be used again for a while, end, and fail once": (
        f"{_TWIN_TOKENS}::a_refresh_token_when_used_then_the_old_one_is_good",
        f"{_TWIN_TOKENS}::a_replaced_refresh_token",
        f"{_TWIN_TOKENS}::a_refresh_token_when_ninety_days",
        f"{_TWIN_TOKENS}::a_fault_when_refreshing",
        f"{_TWIN_TOKENS}::an_uninstalled_app",
    ),
    "each document is held against the schema": (
        f"{_GATES}::a_faulty_query",
        "integrations/sandbox/test_store_schema.py::the_twin_understands_it",
    ),
    "each shop has its own token": (f"{_GATES}::a_wrong_token", f"{_GATES}::another_shops_token"),
    "errors as a text, part of the data, no extensions": (
        f"{_GATES}::a_wrong_token_when_called_then_401_and_errors_is_a_text",
        f"{_GATES}::a_missing_scope_when_read",
        f"{_GATES}::a_faulty_query",
    ),
    "a page instead of JSON, a slow answer, a line cut after the deed": (
        f"{_FAULTS}::a_fault_before",
        f"{_FAULTS}::a_slow_store",
        f"{_FAULTS}::a_line_that_breaks_afterwards",
        f"{_FAULTS}::a_truncated_answer",
    ),
    "a refund without the directive is refused": (f"{_TWIN_REFUNDS}::no_directive_when_refunded",),
    "a refund's key brings the first refund again for a day": (
        f"{_TWIN_REFUNDS}::the_same_key_and_input",
        f"{_TWIN_REFUNDS}::the_same_key_after_a_day",
        f"{_TWIN_REFUNDS}::the_same_key_and_other_input",
    ),
    "an edit has a session, its own line ids, an end, and may leave a balance": (
        f"{_EDITING}::two_sessions_when_one_is_committed",
        f"{_EDITING}::a_session_of_an_hour",
        f"{_EDITING}::a_line_at_its_price",
        f"{_EDITING}::a_place_that_taxes_presents",
        f"{_EDITING}::an_order_that_cannot_be_edited",
    ),
    "webhooks are signed, repeated, overtaken, late and lost": (
        f"{_POST}::the_published_vector",
        f"{_POST}::duplicating_weather",
        f"{_POST}::reordering_weather",
        f"{_POST}::delaying_weather",
        f"{_POST}::bad_weather",
    ),
    "webhooks in other envelopes: lower case, the older secret, a forger's": (
        f"{_PEOPLE}::another_envelope",
        f"{_PEOPLE}::a_forger",
        f"{_WEBHOOKS}::a_time_of_origin_when_read_then_it_is_cut",
    ),
    "a webhook without a customer": ("integrations/sandbox/test_store_actions.py::a_guest_when_ordering",),
    "webhooks have the shapes of real ones": ("integrations/shopify/test_webhook_shapes.py::a_life_in_the_town",),
    "exports begin, run, end, hold nothing, fail and are too many": (
        f"{_BULK}::an_operation_when_just_taken_on",
        f"{_BULK}::orders_when_exported",
        f"{_BULK}::no_orders_when_exported",
        f"{_BULK}::a_missing_scope_when_exported",
        f"{_BULK}::five_operations_when_a_sixth",
    ),
    "two shops at once, and no token at the wrong door": (
        f"{_TWO_SHOPS}::two_shops_when_both_are_asked_at_once",
        f"{_TWO_SHOPS}::a_token_at_the_wrong_door",
    ),
    "points are taken, given back and restored": (
        f"{_COST}::a_full_bucket",
        f"{_COST}::points_not_used",
        f"{_COST}::a_page_when_priced",
    ),
}
