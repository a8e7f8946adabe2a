"""A strict twin of a helpdesk of one's own, as its owner would write it who has read what we ask of it."""
