"""Lets the test framework for 2026.10 run on 2026.11: `pytest -p no:respx -p tests.newest.plugin`.

It is loaded before the framework. Home Assistant wants to be imported before httpx, which the framework's
companions import; and a function that the framework imports has moved. Goes when there is a framework for 2026.11.
"""

from homeassistant.components import logger
from homeassistant.components.logger import helpers
import homeassistant.const  # noqa: F401 - for its effect: it has to come before httpx

vars(logger).setdefault(
    "_clear_logger_overwrites", vars(helpers)["_clear_logger_overwrites"]
)
