"""What the simulator is, without the server: the cloud, how it behaves, its bad days, and what was asked of it."""

from collections.abc import Callable

from .behaviour import Behaviour
from .clock import Clock
from .cloud import Cloud
from .journal import Journal
from .weather import Weather


class SimulatedCloud:
    """The state behind both parts of the server, as objects.

    `cloud` (who has which heat pumps), `behaviour` (switches), `weather` (bad days) and `journal` (what was asked).
    """

    def __init__(self, *, fill: Callable[[Cloud], None] | None, clock: Clock) -> None:
        """Make a cloud, empty or as `fill` makes it; that is also what `reset` goes back to."""
        self._fill = fill
        self.behaviour = Behaviour()
        self.weather = Weather()
        self.journal = Journal(clock)
        self.cloud = Cloud(clock, self.behaviour)
        if fill is not None:
            fill(self.cloud)

    def reset(self) -> None:
        """Go back to the starting state: cloud, behaviour, weather and journal."""
        self.weather.clear()
        self.weather.seed(0)
        self.behaviour.reset()
        self.cloud.clear()
        if self._fill is not None:
            self._fill(self.cloud)
        self.journal.clear()
