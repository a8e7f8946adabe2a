"""Any helpdesk whose owner can sign a call and answer four: the smallest one, and the one to copy from."""
