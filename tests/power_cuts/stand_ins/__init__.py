"""A module in the place of Home Assistant's frontend, which nobody looks at here: without one nothing else starts."""
