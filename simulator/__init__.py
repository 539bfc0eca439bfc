"""A stand-in for the cloud, over real HTTP on this machine: for tests, and to try the integration without a key.

Written from the API document alone. It shares no code with the integration, so that a misreading of the document
in one of them shows up in the other.
"""

from .behaviour import Behaviour
from .clock import Clock, ManualClock, SystemClock
from .cloud import Cloud, NotFoundError, Supplier
from .fields import DEFAULT_SETTINGS
from .heat_pump import HeatPump
from .journal import Entry, Journal
from .server import Simulator
from .weather import Rule, Weather

__all__ = [
    "DEFAULT_SETTINGS",
    "Behaviour",
    "Clock",
    "Cloud",
    "Entry",
    "HeatPump",
    "Journal",
    "ManualClock",
    "NotFoundError",
    "Rule",
    "Simulator",
    "Supplier",
    "SystemClock",
    "Weather",
]
