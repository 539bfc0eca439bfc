"""The cloud's client and models, without Home Assistant."""
