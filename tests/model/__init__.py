"""Tests of the rules and the state, without Home Assistant."""
