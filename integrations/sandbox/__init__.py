"""The practice town: a strict stand-in for the store, the helpdesk and the florist, served over real HTTP."""
