"""The tests: the integration met the way Home Assistant meets it, against the simulator over real HTTP."""
