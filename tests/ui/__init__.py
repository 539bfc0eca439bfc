"""Tests of what Home Assistant shows of the home."""
