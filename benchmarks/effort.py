"""How thoroughly is measured."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Effort:
    """How many devices, and how often each thing is repeated."""

    scales: tuple[int, ...]
    """Numbers of devices."""
    repeats: int
    """How often Home Assistant is started anew for each scale."""
    polls: int
    changes: int
    """How often an action is timed at each latency."""
    latencies: tuple[float, ...]
    """One round trip to the cloud, in seconds."""
    drags: int
    """How often a slider is dragged on every one of the devices, under jitter."""
    scenes: int
    """How often a scene is set on an idle machine, and as often on a busy one; in the real process a tenth of that."""
    others: int
    """How often everything else that goes together is set."""
    sweep: int
    """How often a scene is set, and a lone change made, with each collecting window."""
    overridden: int
    """At how many heat pumps something is set for a while."""
    side_by_side: bool
    """Several integrations at once where most of the time is spent waiting: quicker, and not for publication."""


FULL: Final = Effort(
    scales=(1, 10, 100, 1000),
    repeats=3,
    polls=9,
    changes=7,
    latencies=(0.0, 0.05, 0.3),
    drags=4,
    scenes=500,
    others=50,
    sweep=20,
    overridden=1000,
    side_by_side=False,
)
QUICK: Final = Effort(
    scales=(1, 30),
    repeats=1,
    polls=3,
    changes=1,
    latencies=(0.0, 0.05),
    drags=1,
    scenes=20,
    others=2,
    sweep=1,
    overridden=30,
    side_by_side=True,
)

DEVICES_IN_USE: Final = 10
"""Of the home in which scenes are set and sliders dragged."""
JITTER: Final = (0.02, 0.3)
"""How long a request may be on its way while a slider is dragged, in seconds."""
SLIDER_STEPS: Final = 30
SLIDER_PAUSE: Final = 0.1
"""Seconds between two values of a slider."""
