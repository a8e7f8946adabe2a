"""What people write, in names, notes and amounts: shown as text, logged on one line, and never taken for money."""

from tests.hostile.case import CANARY, Ends, Letter, press

FORGED = '{"event": "forged"}'


def _flowers(number: int, name: str, text: str) -> Letter:
    """Let an agent of that name send flowers with these words; there are none with that number, so none leave."""
    body = press(
        action="flowers", agent_name=text, message=text, product=text, ticket_id="@ticket@", customer_email="@email@"
    )
    return Letter(number=number, name=name, body=body, ends=Ends.HANDLED, helpdesk=True)


def _refund(number: int, name: str, amount: str, order: str = "@name@") -> Letter:
    """Let an agent give that amount back; it is none, so nothing is given."""
    body = press(amount=amount, order=order, ticket_id="@ticket@", customer_email="@email@")
    return Letter(number=number, name=name, body=body, ends=Ends.HANDLED, helpdesk=True)


def _from(number: int, name: str, email: str) -> Letter:
    """Let somebody write in whose address is nearly a customer's; it is nobody's."""
    body = press(amount="1.00", ticket_id="@ticket@", customer_email=email)
    return Letter(number=number, name=name, body=body, ends=Ends.HANDLED, helpdesk=True)


LETTERS = (
    _refund(73, "an amount with an exponent", "1e3"),
    _refund(73, "an amount in hex", "0x10"),
    _refund(74, "an amount below nothing", "-5.00"),
    _refund(74, "nothing below nothing", "-0"),
    _refund(75, "an amount with a comma", "12,34"),
    _refund(75, "an amount with its sign", "$5.00"),
    _refund(76, "an amount finer than the currency", "0.001"),
    _refund(77, "an amount of 400 digits", "1" * 300),
    _refund(77, "an amount that is no number", "NaN"),
    _refund(77, "the digits of another script", "１２"),
    _refund(78, "an amount in another currency", "5.00 EUR"),
    _refund(78, "an amount in no currency's decimals", "5.0000001"),
    _refund(83, "a script for an amount", "<script>alert(1)</script>"),
    _flowers(83, "a script", f"<script>alert('{CANARY}')</script>"),
    _flowers(83, "a template", "{{7*7}}${7*7}<%= 7*7 %>"),
    _flowers(83, "markup in an attribute", "\"'><img src=x onerror=alert(1)>"),
    _flowers(84, "a formula", "=cmd|' /C calc'!A0"),
    _flowers(84, "a formula behind a tab", "\t=1+1"),
    _flowers(85, "letters that run the other way", "\u202eelpoep ekil od ew\u2066"),
    _flowers(85, "letters of no width", "a\u200b\u200d\ufeffb"),
    _flowers(86, "emoji without end", "😀" * 150),
    _flowers(87, "a terminal's own orders", b"\\u001b[2J\\u001b]0;owned\\u0007".decode("unicode_escape")),
    _flowers(88, "a line of the log", f"x\n{FORGED}"),
    _flowers(88, "a line of the log, the other way round", f"x\r\n{FORGED}\u2028{FORGED}"),
    _refund(88, "a line of the log for an order", "1.00", f"#1\n{FORGED}"),
    _from(92, "an address with a plus", "@plus@"),
    _from(92, "an address with a dot more", "@dot@"),
    _from(92, "an address in another script's letters", "@punycode@"),
    _from(94, "an address that only looks the same", "@homograph@"),
)  # fmt: skip
