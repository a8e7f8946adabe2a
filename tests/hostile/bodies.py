"""Signed, and yet no sense in it: answered 200, kept as it came, set aside with a cause, and the next one is handled."""

import json

from integrations.sandbox.town import PRACTICE_SHOP
from tests.hostile.case import CANARY, HELPDESK, HOOK, NO_SUCH_ORDER, OTHER_SHOP, Call, Ends, Letter, only, signed, wire

ID = str(NO_SUCH_ORDER).encode()
OPEN = b'{"id":' + ID + b',"note":"' + CANARY.encode() + b'"'
MB = 1024 * 1024


def _aside(number: int, name: str, body: bytes, topic: str = "orders/paid") -> Letter:
    return Letter(number=number, name=name, body=body, ends=Ends.ASIDE, topic=topic)


def _handled(number: int, name: str, more: bytes, topic: str = "orders/paid") -> Letter:
    return Letter(number=number, name=name, body=OPEN + b"," + more + b"}", ends=Ends.HANDLED, topic=topic)


def _told(number: int, name: str, body: bytes) -> Letter:
    """Let the helpdesk say it, in its own envelope."""
    return Letter(number=number, name=f"{name}, from the helpdesk", body=body, ends=Ends.ASIDE, helpdesk=True)


def _id(number: int, name: str, written: bytes) -> Letter:
    return _aside(number, name, b'{"id":' + written + b',"note":"' + CANARY.encode() + b'"}')


def _at(number: int, name: str, written: str, ends: Ends) -> Letter:
    body = json.dumps({"id": NO_SUCH_ORDER, "updated_at": written}).encode()
    return Letter(number=number, name=name, body=body, ends=ends)


FORM = b'{"v":"1","event":"action","action":"flowers","ticket_id":"1","customer_email":"","agent_email":"","agent_name":"x"'
NO_OBJECT = {
    41: ("nothing", b""),
    42: ("only blanks", b" \r\n\t"),
    43: ("null", b"null"),
    44: ("a text", b'"orders/paid"'),
    45: ("a number", b"42"),
    46: ("a list", b"[" + OPEN + b"}]"),
    47: ("cut short", OPEN),
    48: ("two of them", OPEN + b"}" + OPEN + b"}"),
}
WITHIN = {
    53: ("NaN", b'"x":NaN'),
    54: ("a number beyond all numbers", b'"x":1e999'),
    55: ("5,000 digits", b'"x":' + b"9" * 5_000),
    61: ("a name twice", b'"id":1'),
    62: ("a name twice, further in", b'"x":[{"y":1,"y":2}]'),
    64: ("bytes that are no UTF-8", b'"x":"\xff\xfe"'),
    65: ("half a pair of surrogates", b'"x":"\\ud800"'),
    66: ("a NUL in a text", b'"x":"a\\u0000b"'),
}

LETTERS = (
    *(_aside(number, name, body) for number, (name, body) in NO_OBJECT.items()),
    *(_told(number, name, body.replace(OPEN, FORM)) for number, (name, body) in NO_OBJECT.items()),
    *(_aside(number, name, OPEN + b"," + more + b"}") for number, (name, more) in WITHIN.items()),
    *(_told(number, name, FORM + b"," + more.replace(b'"id":1', b'"v":"1"') + b"}") for number, (name, more) in WITHIN.items()),
    _aside(49, "a hundred thousand lists in one another", OPEN + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    _told(49, "a hundred thousand objects in one another", FORM + b',"x":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}"),
    _handled(50, "a hundred thousand names", b",".join(b'"%d":0' % n for n in range(100_000))),
    _handled(51, "a text of a megabyte", b'"x":"' + b"x" * MB + b'"'),
    _told(51, "a text of a megabyte", FORM + b',"message":"' + b"x" * MB + b'"}'),
    _handled(52, "ten thousand lines in an order", b'"line_items":[' + b",".join(b'{"id":%d,"price":"1.00"}' % n for n in range(10_000)) + b"]"),
    _id(55, "an id of 5,000 digits", b"9" * 5_000),
    _id(56, "an id beyond 64 bits", str(2**63).encode()),
    _id(57, "an id with a fraction", b"1.5"),
    _id(57, "an id with an exponent", b"1e3"),
    _id(58, "an id that is true", b"true"),
    _id(59, "an id that is a list", b"[1]"),
    _id(59, "an id that is an object", b'{"id":1}'),
    _id(60, "an id below nothing", b"-1"),
    _id(60, "an id of nothing", b"0"),
    _aside(63, "a byte order mark", b"\xef\xbb\xbf" + OPEN + b"}"),
    _aside(63, "UTF-16", (OPEN + b"}").decode().encode("utf-16")),
    _aside(66, "a bare NUL in a text", OPEN + b',"x":"a\x00b"}'),
    _aside(66, "a NUL before everything", b"\x00" + OPEN + b"}"),
    _id(67, "an id in a text", b'"1001"'),
    _id(67, "another kind of id", b'"gid://shopify/Order/1001"'),
    _aside(67, "a number for another kind of id", b'{"customerId":1001,"occurredAt":"2026-11-21T10:00:00Z"}', "customers/purchasing_summary"),
    _aside(67, "somebody else's kind of id", b'{"customerId":"gid://shopify/Order/1","tags":[]}', "customer.tags_added"),
    _aside(67, "the digits of another script", '{"customerId":"gid://shopify/Customer/٣","tags":[]}'.encode(), "customer.tags_added"),
    _aside(68, "no id", b'{"name":"' + CANARY.encode() + b'"}'),
    _id(68, "an id of null", b"null"),
    _aside(68, "an object with nothing in it", b"{}"),
    _handled(69, "no customer", b'"customer":null'),
    _handled(69, "a customer of no kind", b'"customer":[[[]]]'),
    _handled(70, "no address", b'"customer":{"default_address":null},"shipping_address":null,"billing_address":null'),
    _handled(71, "names that nobody knows", b'"__proto__":{"x":1},"constructor":0,"__class__":"x","$where":"1","self":{}'),
    _handled(72, "states never seen", b'"financial_status":"haunted","fulfillment_status":7,"cancel_reason":"moon"'),
    Letter(number=72, name="a topic never seen", body=OPEN + b"}", topic=f"orders/{CANARY}", ends=Ends.HANDLED),
    Letter(number=72, name="a topic of 5,000 characters", body=OPEN + b',"x":1}', topic="orders/" + "x" * 5_000, ends=Ends.HANDLED),
    Letter(number=72, name="no topic", body=OPEN + b',"x":2}', topic="", ends=Ends.HANDLED),
    _told(72, "an act never seen", FORM.replace(b"flowers", b"fireworks") + b"}"),
    Letter(number=72, name="an event never seen, from the helpdesk", body=b'{"v":"1","event":"ticket-exploded"}', ends=Ends.HANDLED, helpdesk=True),
    _aside(72, "a merge that is neither done nor not", b'{"admin_graphql_api_customer_kept_id":"gid://shopify/Customer/1","admin_graphql_api_customer_deleted_id":"gid://shopify/Customer/2","status":7}', "customers/merge"),
    _at(79, "nanoseconds", "2026-11-21T10:00:00.123456789-05:00", Ends.HANDLED),
    _at(80, "the year 1", "0001-01-01T00:00:00Z", Ends.ASIDE),
    _at(80, "the last year there is", "9999-12-31T23:59:59-10:00", Ends.ASIDE),
    _at(80, "a year of five digits", "12026-11-21T10:00:00Z", Ends.ASIDE),
    _at(81, "no zone", "2026-11-21T10:00:00", Ends.ASIDE),
    _at(81, "seconds since 1970", "1795219200", Ends.HANDLED),
    _at(81, "a day that there is not", "2026-02-30T10:00:00Z", Ends.ASIDE),
    _at(82, "the future", "2999-01-01T00:00:00Z", Ends.HANDLED),
    _at(82, "the hour that summer skips", "2026-03-29T02:30:00+01:00", Ends.HANDLED),
    Letter(number=82, name="a time of origin that is none", body=OPEN + b',"x":3}', ends=Ends.HANDLED, headers=(("X-Shopify-Triggered-At", f"tomorrow {CANARY}"),)),
    # Only the body is signed: what stands beside it may be anybody's word.
    Letter(number=16, name="an order of ours under another shop's name", body=b'{"id":@order@,"x":8}', shop=OTHER_SHOP, ends=Ends.HANDLED),
    Letter(number=16, name="an order under the name of a shop that we do not know", body=b'{"id":@order@,"x":6}', shop="nobody-knows.myshopify.com", ends=Ends.STRANGER),
    Letter(number=16, name="an order under the name of no shop", body=b'{"id":@order@,"x":7}', shop="x.myshopify.com.evil.example", ends=Ends.STRANGER),
    Letter(number=16, name="a shop that left, under another's name", body=f'{{"myshopify_domain":"{PRACTICE_SHOP}","x":1}}'.encode(), topic="app/uninstalled", shop=OTHER_SHOP, ends=Ends.ASIDE),
    Letter(number=17, name="a paid order that is said to be a shop that left", body=b'{"id":@order@,"x":4}', topic="app/uninstalled", ends=Ends.ASIDE),
    Letter(number=17, name="a shop that changed and is said to have left", body=f'{{"myshopify_domain":"{PRACTICE_SHOP}"}}'.encode(), topic="app/uninstalled", ends=Ends.HANDLED),
    Letter(number=17, name="a shop that changed and is said to be forgotten", body=f'{{"shop_domain":"{PRACTICE_SHOP}","customer":{{}}}}'.encode(), topic="shop/redact", ends=Ends.ASIDE),
    Letter(number=17, name="a paid order that is said to be a customer who is gone", body=b'{"id":@order@,"x":5}', topic="customers/delete", ends=Ends.HANDLED),
    Letter(number=18, name="an order that comes again by another id", body=b'{"id":@order@,"x":9}', ends=Ends.HANDLED, headers=(("X-Shopify-Webhook-Id", "another-id-0001"),)),
    Letter(number=18, name="an order that comes again by an odd id", body=b'{"id":@order@,"x":10}', ends=Ends.HANDLED, headers=(("X-Shopify-Webhook-Id", "'; DROP TABLE effects; --"),)),
    Letter(number=19, name="an order that comes again at once", body=b'{"id":@order@,"x":11}', ends=Ends.HANDLED, headers=(("X-Shopify-Webhook-Id", "another-id-0002"),)),
)  # fmt: skip

MANY = OPEN + b"," + b",".join(b'"%d":0' % n for n in range(1_000_000)) + b"}"
CALLS = (
    Call(number=50, name="a million names", sends=wire(signed(MANY), MANY), expects=only(413)),
    Call(
        number=51, name="a text of three megabytes", sends=wire(HELPDESK, b"x" * 3 * MB, path=HOOK), expects=only(413)
    ),
)
