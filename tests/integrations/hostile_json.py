"""Bodies that are signed and yet make no sense, for every parser of ours."""

import pytest

NOT_AN_OBJECT = {
    "empty": b"",
    "whitespace": b" \n",
    "null": b"null",
    "a string": b'"orders/paid"',
    "a number": b"42",
    "a list": b"[]",
    "two documents": b"{}{}",
    "truncated": b'{"id": 10',
    "no JSON": b"<html></html>",
    "form data": b"id=1001&name=x",
    "a NUL in front": b'\x00{"id": 1001}',
}


def spoilt(good: bytes) -> list[object]:
    """Return cases that each spoil one good JSON object, given without its closing brace."""
    cases = NOT_AN_OBJECT | {
        "byte order mark": b"\xef\xbb\xbf" + good + b"}",
        "UTF-16": (good + b"}").decode().encode("utf-16"),
        "bad UTF-8": good + b', "x": "\xff"}',
        "lone surrogate": good + b', "x": "\\ud800"}',
        "escaped NUL": good + b', "x": ["a\\u0000b"]}',
        "escaped NUL after a backslash": good + b', "x": "\\\\\\u0000"}',
        "raw NUL in a text": good + b', "x": "\x00"}',
        "NaN": good + b', "x": NaN}',
        "Infinity": good + b', "x": -Infinity}',
        "a number out of range": good + b', "x": 1e999}',
        "5,000 digits": good + b', "x": ' + b"9" * 5_000 + b"}",
        "repeated name": good + b', "x": 1, "x": 2}',
        "repeated name within": good + b', "x": [{"y": 1, "y": 1}]}',
        "nested too deeply": good + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "a comma too many": good + b",}",
        "a comment": good + b"} // note",
    }
    return [pytest.param(body, id=name) for name, body in cases.items()]
