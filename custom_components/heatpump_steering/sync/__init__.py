"""The home over time: network, clock and disk. Of Home Assistant it uses timers and files only."""
