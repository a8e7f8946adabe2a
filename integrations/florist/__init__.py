"""Florist One: flowers by local florists in the United States and Canada."""
