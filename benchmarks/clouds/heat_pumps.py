"""Our own cloud: the simulator."""

from typing import Final, override

from simulator import Simulator

from .cloud import Cloud, Request

KEY: Final = "bench-key"
USER: Final = "bench-home"


def device_id(device: int) -> str:
    """Return what the cloud calls a heat pump."""
    return f"hp-{device:04}"


class HeatPumpCloud(Cloud):
    """The simulator with so many heat pumps."""

    def __init__(self, devices: int) -> None:
        """Make the heat pumps."""
        self._simulator = Simulator()
        for device in range(devices):
            self._simulator.cloud.add_heat_pump(
                device_id(device), USER, key=KEY, brand="nibe", model="S735"
            )

    @override
    async def start(self) -> str:
        """Listen."""
        await self._simulator.start()
        return self._simulator.url

    @override
    async def stop(self) -> None:
        """Stop listening."""
        await self._simulator.stop()

    @override
    def requests(self) -> list[Request]:
        """Return what has come in."""
        return [
            Request(entry.received_monotonic, entry.method, entry.path)
            for entry in self._simulator.journal.entries()
        ]

    @override
    def forget(self) -> None:
        """Forget what has come in."""
        self._simulator.journal.clear()

    @override
    def delay(self, low: float, high: float) -> None:
        """Slow down."""
        self._simulator.weather.clear()
        if high > 0:
            self._simulator.weather.add(latency=(low, high))

    @override
    def change(self, device: int) -> None:
        """Let the room get a little colder, or less so."""
        held = self._simulator.cloud.heat_pump(device_id(device)).held
        below = 2.0 if held["room.temperature_lower_bound"] != 2.0 else 1.0
        self._simulator.cloud.change_settings(
            device_id(device), {"room": {"temperature_lower_bound": below}}
        )

    @override
    def held(self, device: int) -> float:
        """Return the preferred temperature."""
        held = self._simulator.cloud.heat_pump(device_id(device)).held
        preferred = held["room.preferred_temperature"]
        assert isinstance(preferred, int | float)
        return preferred
