"""Tests of the home over time: files and sessions."""
