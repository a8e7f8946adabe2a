"""The town's mail server: it takes mails for everybody and shows them on the town's page."""
