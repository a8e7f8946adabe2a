"""Where Lagniappe speaks to the outside: one folder per company, and the practice town that stands in for them."""
