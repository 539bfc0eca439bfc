"""HomeKit, as core bridges it: the accessory of a thermostat, and what the Home app and Siri do with it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from pyhap.characteristic import Characteristic
from pyhap.const import HAP_REPR_AID, HAP_REPR_CHARS, HAP_REPR_IID, HAP_REPR_VALUE
import pytest

from homeassistant.components.homekit.accessories import (
    HomeBridge,
    HomeDriver,
    get_accessory,
)
from homeassistant.components.homekit.const import SIGNAL_RELOAD_ENTITIES
from homeassistant.components.homekit.iidmanager import AccessoryIIDStorage
from homeassistant.components.homekit.type_thermostats import Thermostat
from homeassistant.const import UnitOfTemperature
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..house import House
from .states import (
    AUTO,
    COOL,
    EVERYTHING,
    HEAT,
    KNOWN,
    MODE,
    OFF,
    ONE,
    PREFERRED,
    SEVERAL,
    Home,
    Room,
    approximately,
    connected,
    held,
    read_back,
    show,
    walk,
)

BRIDGE = "bridge"
MODES = {"off": 0, "heat": 1, "cool": 2, "heat_cool": 3}
TARGET_MODE = "TargetHeatingCoolingState"
TARGET = "TargetTemperature"
LOW = "HeatingThresholdTemperature"
HIGH = "CoolingThresholdTemperature"
TEMPERATURES = {TARGET, LOW, HIGH}
SHOWN = {TARGET_MODE, *TEMPERATURES}


class HomeApp:
    """Core's own bridge, but for the wire."""

    def __init__(
        self, house: House, storage: AccessoryIIDStorage, folder: Path
    ) -> None:
        """Belong to a house."""
        self.house = house
        self.driver = HomeDriver(
            house.hass,
            BRIDGE,
            BRIDGE,
            BRIDGE,
            storage,
            loop=house.hass.loop,
            address="127.0.0.1",
            persist_file=str(folder / "homekit.state"),
        )
        self.rebuilt: list[str] = []
        self.aid = 1

    def add(self, target: str = "hp-1") -> Thermostat:
        """Put a thermostat on a new bridge."""
        self.aid += 1
        bridge = HomeBridge(self.house.hass, self.driver, BRIDGE)
        self.driver.accessory = bridge
        state = self.house.state("climate", target)
        accessory = get_accessory(self.house.hass, self.driver, state, self.aid, {})
        assert isinstance(accessory, Thermostat)
        bridge.add_accessory(accessory)
        return accessory

    async def set(self, thermostat: Thermostat, **characteristics: float) -> None:
        """Write characteristics in one go, and wait until everything that follows has happened."""
        known = characteristics_of(thermostat)
        queries = [
            {
                HAP_REPR_AID: thermostat.aid,
                HAP_REPR_IID: thermostat.iid_manager.get_iid(known[name]),
                HAP_REPR_VALUE: value,
            }
            for name, value in characteristics.items()
        ]
        failed = self.driver.set_characteristics(
            {HAP_REPR_CHARS: queries}, ("127.0.0.1", 1)
        )
        assert failed is None
        await self.house.hass.async_block_till_done()


@pytest.fixture
async def home_app(any_unit_house: House, tmp_path: Path) -> HomeApp:
    """Bridge a house, which has nothing yet, to HomeKit."""
    hass = any_unit_house.hass
    storage = AccessoryIIDStorage(hass, BRIDGE)
    await storage.async_initialize()
    app = HomeApp(any_unit_house, storage, tmp_path)
    async_dispatcher_connect(
        hass, SIGNAL_RELOAD_ENTITIES.format(BRIDGE), app.rebuilt.extend
    )
    return app


def characteristics_of(thermostat: Thermostat) -> dict[str, Characteristic]:
    """Return what a thermostat consists of, by name."""
    service = thermostat.get_service("Thermostat")
    assert service is not None
    return {str(char.display_name): char for char in service.characteristics}


def shown(thermostat: Thermostat) -> dict[str, Any]:
    """Return what the Home app shows, by characteristic."""
    known = characteristics_of(thermostat)
    return {name: known[name].value for name in SHOWN if name in known}


def expected(house: House, room: Room) -> dict[str, Any]:
    """Return what of it the Home app has to show; the rest is left from before, or made up by core."""
    if room.mode is None:
        return {}
    told: dict[str, Any] = {TARGET_MODE: MODES[room.hvac_mode]}
    if room.has_band:
        low, high = room.edges
        told[LOW] = pytest.approx(read_back(house, low), abs=0.06)
        told[HIGH] = pytest.approx(read_back(house, high), abs=0.06)
    elif room.preferred is not None:
        told[TARGET] = pytest.approx(read_back(house, room.preferred), abs=0.06)
    return told


@pytest.mark.parametrize("homes", [ONE, SEVERAL], ids=["one", "several"])
async def test_an_accessory_in_every_state(
    home_app: HomeApp, homes: tuple[Home, ...]
) -> None:
    """In every state there is an accessory, from 5 to 35 °C, and it shows what the thermostat does."""
    house = home_app.house
    async for home in walk(house, homes):
        for target, room in home.thermostats().items():
            thermostat = home_app.add(target)
            thermostat.run()
            told = expected(house, room)
            assert told.items() <= shown(thermostat).items(), home
            known = characteristics_of(thermostat)
            for name in TEMPERATURES & known.keys():
                assert known[name].properties["minValue"] == 5
                assert known[name].properties["maxValue"] == 35
            thermostat.async_stop()


@pytest.mark.parametrize("known", ["all known", "no lower edge", "nothing known"])
async def test_an_accessory_lives_on(home_app: HomeApp, known: str) -> None:
    """A change of the mode or of a temperature is shown; the accessory is not built anew, which the app would notice."""
    house = home_app.house
    told = {setting: EVERYTHING[setting] for setting in KNOWN[known]}
    modes = ["heating", "off", "cooling", "off", "heating"]
    if known == "all known":
        modes += ["auto", "cooling", "auto", "off", "auto", "heating"]
    rooms = [Room.of(told | {MODE: mode}) for mode in modes]
    if PREFERRED in told:
        rooms += [replace(rooms[-1], preferred=18.5), replace(rooms[-1], preferred=8)]
    await connected(house, rooms[0])
    thermostat = home_app.add()
    thermostat.run()
    for room in rooms:
        await show(house, Home(str(room), (room, room)))
        assert expected(house, room).items() <= shown(thermostat).items(), room
    assert home_app.rebuilt == []
    thermostat.async_stop()


WISHES = [
    pytest.param(HEAT, {TARGET: 19}, {"preferred": 19}, id="heat"),
    pytest.param(COOL, {TARGET: 25}, {"preferred": 25}, id="cool"),
    pytest.param(
        HEAT, {TARGET: 19, LOW: 20, HIGH: 24}, {"preferred": 19}, id="heat, and a band"
    ),
    pytest.param(
        HEAT, {TARGET: 19, LOW: 19, HIGH: 23}, {"preferred": 19}, id="heat, in a band"
    ),
    pytest.param(
        COOL, {TARGET: 25, LOW: 19, HIGH: 25}, {"preferred": 25}, id="cool, in a band"
    ),
    pytest.param(
        OFF, {TARGET: 20, LOW: 10, HIGH: 12}, {"preferred": 20}, id="off, and a band"
    ),
    pytest.param(AUTO, {LOW: 20, HIGH: 25}, {"below": 1, "above": 4}, id="band"),
    pytest.param(AUTO, {HIGH: 24}, {"above": 3}, id="upper edge"),
    pytest.param(AUTO, {LOW: 18}, {"below": 3}, id="lower edge"),
    pytest.param(
        AUTO, {LOW: 20.5, HIGH: 24}, {"preferred": 22}, id="one degree warmer"
    ),
    pytest.param(
        HEAT,
        {TARGET_MODE: 3, LOW: 19, HIGH: 24},
        {"mode": "auto", "below": 2, "above": 3},
        id="heat_cool and its band",
    ),
    pytest.param(
        AUTO,
        {TARGET_MODE: 1, TARGET: 22},
        {"mode": "heating", "preferred": 22},
        id="heat and its target",
    ),
    pytest.param(AUTO, {TARGET_MODE: 2}, {"mode": "cooling"}, id="mode"),
    pytest.param(HEAT, {TARGET_MODE: 0}, {"mode": "off"}, id="switch off"),
    pytest.param(HEAT, {TARGET_MODE: 1}, {}, id="look at it"),
]


@pytest.mark.parametrize(("start", "characteristics", "end"), WISHES)
async def test_wishes(
    home_app: HomeApp,
    start: Room,
    characteristics: dict[str, float],
    end: dict[str, Any],
) -> None:
    """What is set in the Home app is what the cloud holds then, and nothing else changes."""
    house = await connected(home_app.house, start)
    thermostat = home_app.add()
    thermostat.run()
    await home_app.set(thermostat, **characteristics)
    after = replace(start, **end)
    assert held(house) == approximately(house, after)
    assert expected(house, held(house)).items() <= shown(thermostat).items()
    assert held(house, "hp-2") == start
    assert home_app.rebuilt == []
    thermostat.async_stop()


async def test_colder_than_heating_goes(
    home_app: HomeApp, caplog: pytest.LogCaptureFixture
) -> None:
    """The app offers 5 to 35 °C; what the mode does not allow is refused in words, and taken back in the app."""
    house = await connected(home_app.house, HEAT)
    thermostat = home_app.add()
    thermostat.run()
    await home_app.set(thermostat, **{TARGET: 7})
    celsius = house.hass.config.units.temperature_unit == UnitOfTemperature.CELSIUS
    words = "10 °C" if celsius else "50 °F"
    assert [it for it in caplog.messages if "re-syncing" in it and words in it]
    assert held(house) == HEAT
    assert expected(house, HEAT).items() <= shown(thermostat).items()
    thermostat.async_stop()
