"""The home of one heat pump: the way it is connected, and what the cloud knows of it."""

from collections.abc import Mapping
from typing import Any, Final

from scripts.demo import House
from scripts.demo.paths import ROOT
from simulator import HeatPump, Simulator

from .households import HEAT_PUMP, USER_ID
from .visitor import PATIENCE

DASHBOARD: Final = ROOT / "dashboards" / "heat_pump.yaml"
"""At /heat-pump."""


class Home:
    """A house whose heat pump is connected to a cloud."""

    def __init__(self, house: House, cloud: Simulator) -> None:
        """Connect nothing yet."""
        self.house = house
        self.cloud = cloud
        self.entry_id = ""

    async def connect(self) -> None:
        """Connect the heat pump, and let its thermostat show the room's temperature."""
        self.entry_id = await self.house.connect(
            self.cloud.url,
            user_id=USER_ID,
            room_sensor=await self.house.thermometer(),
        )
        self.cloud.journal.clear()

    @property
    def heat_pump(self) -> HeatPump:
        """Return the heat pump as the cloud knows it: the truth."""
        return self.cloud.cloud.heat_pump(HEAT_PUMP)

    async def changes(self, count: int) -> list[dict[str, Any]]:
        """Wait until the cloud has answered so many changes, and return what they asked for, without the ids."""
        await self.cloud.journal.wait_for(
            count, method="PATCH", finished=True, timeout=PATIENCE / 1000
        )
        return [
            {
                section: values
                for section, values in patch.items()
                if isinstance(values, Mapping)
            }
            for patch in self.cloud.journal.patches()
        ]

    async def next_read(self) -> None:
        """Wait until the settings have been read once more."""
        journal = self.cloud.journal
        reads = len(journal.entries(method="GET", finished=True))
        await journal.wait_for(
            reads + 1, method="GET", finished=True, timeout=PATIENCE / 1000
        )

    async def device_id(self) -> str:
        """Return the heat pump's id in Home Assistant."""
        devices = await self.house.api.command("config/device_registry/list")
        [device_id] = [
            str(device["id"])
            for device in devices
            if self.entry_id in device["config_entries"]
        ]
        return device_id
