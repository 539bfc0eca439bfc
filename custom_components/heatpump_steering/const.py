"""What several modules have to agree on."""

from datetime import timedelta
import logging
from typing import Final

DOMAIN: Final = "heatpump_steering"
LOGGER: Final = logging.getLogger(__package__)

PROJECT_URL: Final = "https://github.com/heatpump-steering/heatpump-steering"

CONF_USER_ID: Final = "user_id"
CONF_BASE_URL: Final = "base_url"
CONF_NAMESPACE: Final = "namespace"
CONF_WRITE_ONLY: Final = "write_only"

PRODUCTION_URL: Final = "https://api.nox.energy"
SANDBOX_URL: Final = "https://api.sandbox.nox.energy"

POLL_INTERVAL: Final = timedelta(minutes=5)
# How often the list of heat pumps is read, and how often a key that could not read is tried again.
LIST_INTERVAL: Final = timedelta(hours=6)
# Settings do not age like measurements, and entities that flap trigger automations.
UNAVAILABLE_AFTER: Final = timedelta(minutes=15)
EVENT_CHANGED_ELSEWHERE: Final = f"{DOMAIN}_changed_elsewhere"
EVENT_STAYED_BY_HAND: Final = f"{DOMAIN}_stayed_by_hand"
EVENT_OVERRIDE_BEGAN: Final = f"{DOMAIN}_override_began"
EVENT_OVERRIDE_OVER: Final = f"{DOMAIN}_override_over"
EVENT_BACK_TO_NORMAL: Final = f"{DOMAIN}_back_to_normal"

type Target = str | None
"""What a change is addressed to: a heat pump by its device id, or None for the home."""

HOME_KEY: Final = ""
"""The home in files, options and data of issues: JSON has no null as a key, and no id of the cloud's is empty."""
