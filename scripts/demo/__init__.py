"""A house to try the integration in: Home Assistant on this machine, set up through its own HTTP API.

`python -m scripts.demo` is what scripts/develop starts. Tests import `House` to start houses of their own.
"""

from .child import Child
from .errors import DemoError
from .house import House
from .simulated import SimulatedCloud

__all__ = ["Child", "DemoError", "House", "SimulatedCloud"]
