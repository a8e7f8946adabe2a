"""Mistakes that somebody could make tomorrow, by what they are about."""
