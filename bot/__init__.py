"""Anchorwatch. The map of the code is written here."""
