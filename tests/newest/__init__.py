"""The same tests on the newest Home Assistant, before there is a test framework for it."""
