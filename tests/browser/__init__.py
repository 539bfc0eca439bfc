"""Walks through a real house with a real browser. `scripts/test --browser` runs them."""
