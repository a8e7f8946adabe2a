"""Mails to the merchant's own people, by SMTP."""
