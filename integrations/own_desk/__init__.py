"""The agents' desk of our own: its presses are kept and handled like a helpdesk's calls."""
