"""Rules and state, pure: no Home Assistant, no clock and no I/O. Times and sequence numbers come in."""
