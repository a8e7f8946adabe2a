"""The town's Zendesk: tickets with comments, users, what calls whom and when; strict, signed, and short of time."""
