"""What the rules would have done, had they been on: the past is walked through once more, by a clock of its own.

    rows ─▶ walk ─▶ said           each order's turns in the order in which they came, and a night each midnight
              │
              ├── crowd            what customers had spent by then, and how the shop measured
              ├── books            what had been given by then, what it cost, what the purse held
              └── moments          whose day it was, and who came back

Nothing is decided here: each turn goes through `rules.on_order`, and each deed is looked at again by `still_wanted`,
with the facts as they were. What no past can tell is taken at its best: what is on the shelf today was there then,
nobody had begun to pack, an address was whole, no ticket was open, and whoever was to be asked about a night's marks
said yes.
"""
