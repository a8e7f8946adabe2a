"""A review tool of the merchant's that asks to be told whom to leave in peace, and believes signed calls alone."""
