"""A strict twin of Florist One: flowers on most days, paid by card or by invoice, as often as asked."""
