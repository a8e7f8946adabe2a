"""Deaths that once went wrong: the flow, the boundary, and the boundary of the second death where there was one.

A boundary's number moves with the code in front of it; what was wrong there is also tested by name where it was mended.
"""

REGRESSIONS: list[tuple[str, int, int | None]] = [
    ("shop-redact", 129, None),  # the shop was gone, and its request stayed open for ever
    ("reinstall", 225, None),  # the day's tidying was noted as done before it was
]
