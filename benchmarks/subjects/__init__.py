"""The integrations that are measured, and how each is used."""
