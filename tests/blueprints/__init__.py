"""The blueprints, run by Home Assistant's own automations in a house with a simulated cloud."""
