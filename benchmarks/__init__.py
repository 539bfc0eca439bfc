"""What the integration costs, measured beside integrations that ship with Home Assistant.

Each measurement runs in processes of its own: one with Home Assistant and one integration, one with that
integration's cloud on loopback. Nothing here talks to anything but 127.0.0.1.
"""
