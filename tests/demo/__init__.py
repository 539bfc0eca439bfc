"""The demo: a house that scripts/develop starts."""
