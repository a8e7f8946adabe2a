"""django-helpdesk: one that a merchant hosts, and that runs whole in our tests."""
