"""Mails to the merchant's own team, by SMTP."""
