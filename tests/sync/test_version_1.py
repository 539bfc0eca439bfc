"""Files of version 1, written by the code that had them: whatever they tell, everything comes back as it was at home.

README.md in the folder `version_1` says how they were recorded, and what is in `story.json`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
import json
from pathlib import Path
from typing import Any, Final, override

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.util import dt as dt_util
from simulator import Cloud
from simulator.fields import flatten

from ..house import KEY, USER, House
from ..promise.holidays import HOT_WATER_MIN, HOUR, Holidays

RECORDED: Final = Path(__file__).parent / "version_1"
FILES: Final = {"memory": "", "vacation": ".vacation"}
COLDEST: Final = 40
# What stands under Repairs while a vacation is not as it should be.
PENDING: Final = {"vacation_start", "vacation_end", "not_kept"}


class Story:
    """What was recorded in one folder."""

    def __init__(self, name: str) -> None:
        """Read the folder."""
        self.folder = RECORDED / name
        told = json.loads((self.folder / "story.json").read_text(encoding="utf-8"))
        self.recorded_at = datetime.fromisoformat(told["recorded_at"])
        self.data: Mapping[str, Any] = told["entry"]["data"]
        self.options: Mapping[str, Any] = told["entry"]["options"]
        self.behaviour: Mapping[str, Any] = told["behaviour"]
        self.cloud: Mapping[str, Any] = told["cloud"]
        self.during = {it: flatten(held) for it, held in told["during"].items()}
        self.at_rest = {
            it: flatten(base) | flatten(told["by_hand"].get(it, {}))
            for it, base in told["base"].items()
        }
        """What the person had set, and what was set by hand meanwhile."""
        self.quiet: bool = told["quiet"]
        vacation = told["vacation"]
        self.begins, self.ends = (
            None
            if vacation is None or vacation[edge] is None
            else datetime.fromisoformat(vacation[edge])
            for edge in ("begins", "ends")
        )

    @property
    def at_home(self) -> bool:
        """Return whether there is no vacation at all: nothing may be sent, ever."""
        return self.quiet and self.begins is None

    @property
    def away(self) -> bool:
        """Return whether the files were written while a vacation was planned for that moment."""
        return self.begins is not None and self.begins <= self.recorded_at

    def files(self) -> dict[str, Any]:
        """Return the files by their keys."""
        return {
            f"{DOMAIN}.home{end}": json.loads(path.read_text(encoding="utf-8"))
            for name, end in FILES.items()
            if (path := self.folder / f"{name}.json").exists()
        }

    def fill(self, cloud: Cloud) -> None:
        """Put the heat pumps into the cloud, with all that reads show."""
        for device_id, it in self.cloud.items():
            seen = it.get("reads_show", it)
            cloud.add_heat_pump(
                device_id,
                USER,
                key=KEY,
                brand="nibe",
                model=it["model"],
                settings=seen["settings"],
                updated_at=seen["updated_at"],
                hidden=it.get("hidden", False),
            )


NAMES: Final = sorted(it.parent.name for it in RECORDED.glob("*/story.json"))
STORIES: Final = {name: Story(name) for name in NAMES}
AWAY: Final = [name for name, story in STORIES.items() if story.away]
AT_HOME: Final = [name for name, story in STORIES.items() if story.at_home]


class Updated(Holidays):
    """A house whose Home Assistant was stopped as the files were recorded, and starts with them."""

    def __init__(
        self, name: str, *, at: datetime | None = None, readable: bool = False
    ) -> None:
        """Start as soon as they were recorded, or at a later time; with a key that may read by now, or as it was."""
        super().__init__("hp-1")
        self.story = STORIES[name]
        self.run(self._start_with_files(at or self.story.recorded_at, readable))

    async def _start_with_files(self, at: datetime, readable: bool) -> None:
        story = self.story
        entry = self.entry
        await self._stop_home_assistant()
        for key in [key for key in self.storage if key.startswith(DOMAIN)]:
            del self.storage[key]
        self.storage.update(story.files())
        self.cloud.cloud.clear()
        story.fill(self.cloud.cloud)
        for device_id, it in story.cloud.items():
            if "reads_show" in it:
                self._write_unseen(device_id, it)
        self.cloud.behaviour.update(story.behaviour)
        if readable:
            self.cloud.behaviour.write_only = False
        self.cloud.journal.clear()
        self.clock.move_to(at)
        await self._start_home_assistant(
            MockConfigEntry(
                domain=DOMAIN,
                data={**entry.data, **story.data},
                options=dict(story.options),
            )
        )

    def _write_unseen(self, device_id: str, it: Mapping[str, Any]) -> None:
        """Let the cloud hold what reads will only show in a while."""
        written = datetime.fromisoformat(it["updated_at"])
        until = datetime.fromisoformat(it["reads_show"]["until"])
        self.clock.move_to(written)
        self.cloud.behaviour.read_lag_seconds = (until - written).total_seconds()
        self.cloud.cloud.change_settings(device_id, it["settings"], lags=True)
        self.cloud.behaviour.read_lag_seconds = 0

    @property
    @override
    def main(self) -> str:
        """Return the target that has the calendar."""
        each = list(self.story.cloud)
        if len(each) == 1 and not self.entry.data["write_only"]:
            return each[0]
        return "home"

    def all_held(self) -> dict[str, dict[str, Any]]:
        """Return what the cloud holds."""
        return {it.device_id: dict(it.held) for it in self.cloud.cloud.heat_pumps()}

    def wait_until(self, moment: datetime) -> None:
        """Let time pass until a moment."""
        left = (moment - dt_util.utcnow()).total_seconds()
        self.wait(left, step=30 if left < 24 * HOUR else 600)

    def come_home(self) -> None:
        """Choose the preset none, whatever it says: what it cannot do is tried on."""
        self.preset("none")

    def come_to_rest(self) -> None:
        """Let all have happened that is to, with heat pumps that come back late."""
        before = len(self.sent())
        welcome = self.story.options.get("vacation", {}).get("welcome_hours", 0)
        self.wait((1 + welcome) * HOUR, step=30)
        late = [it for it in self.cloud.cloud.heat_pumps() if it.hidden]
        for it in late:
            self.cloud.cloud.hide(it.device_id, False)
        if late:
            # The list is read every 6 hours.
            self.wait(7 * HOUR, step=60)
        self.check_all_is_back()
        self.check_nothing_cold_since(before)
        sent = len(self.requests())
        self.wait(HOUR, step=60)
        assert len(self.requests()) == sent

    def check_all_is_back(self) -> None:
        """The cloud holds what the person had set, and what was set by hand meanwhile."""
        assert self.all_held() == self.story.at_rest
        assert PENDING.isdisjoint(self.pending())
        assert self.stage(self.main) == "home"

    def check_nothing_cold_since(self, index: int) -> None:
        """Nothing was sent that lets the hot water get cold, after the first so many changes."""
        assert [
            change
            for change in self.sent()[index:]
            if change.get(HOT_WATER_MIN, COLDEST) < COLDEST
        ] == []

    def is_damaged(self) -> bool:
        """Return whether a file was put aside."""
        return any(key.endswith(".damaged") for key in self.storage)


type Update = Callable[..., Updated]


@pytest.fixture
def update() -> Iterator[Update]:
    """Return a way to start with the files of a story."""
    with ExitStack() as stack:
        yield lambda name, **options: stack.enter_context(
            closing(Updated(name, **options))
        )


@pytest.fixture(autouse=True)
def _our_integration(socket_enabled: None) -> None:
    """Let the two talk over 127.0.0.1, and start no Home Assistant beside the world's."""


def restart(house: Updated) -> None:
    """Stop Home Assistant as the system does, and start it."""
    house.off(10)


def cut_power(house: Updated) -> None:
    """Start Home Assistant with what was on the disk in that moment."""
    house.run(house.restart(power_cut=True, off=10))


def go_on(_: Updated) -> None:
    """Do nothing of the kind."""


@pytest.mark.parametrize("then", [go_on, restart, cut_power])
@pytest.mark.parametrize("name", NAMES)
def test_ends_by_itself(
    update: Update,
    name: str,
    then: Callable[[Updated], None],
) -> None:
    """Taken over, and let go on until it ends by itself; also where Home Assistant starts anew just after the update."""
    house = update(name)
    story = house.story
    assert not house.is_damaged()
    then(house)
    if story.begins is not None and not story.away:
        assert house.stage(house.main) == "home"
        house.wait_until(story.begins - timedelta(minutes=1))
        assert not house.requests()
        house.wait(120)
    if story.begins is not None:
        house.wait(15 * 60, step=5)
        assert house.stage(house.main) == "away"
        assert house.all_held() == story.during
        if story.ends is None:
            house.wait(24 * HOUR, step=600)
        else:
            house.wait_until(story.ends - timedelta(minutes=1))
        assert house.all_held() == story.during
        if story.quiet and story.away:
            assert not house.requests()
        if story.ends is None:
            house.come_home()
        else:
            house.wait_until(story.ends)
            house.wait(60)
            if (
                hotter := story.options["vacation"].get("welcome_temperature")
            ) is not None:
                assert house.stage(house.main) == "welcome_home"
                assert house.held(HOT_WATER_MIN) == hotter
    elif story.during:
        house.wait(15 * 60, step=5)
        assert house.stage(house.main) == "welcome_home"
        assert house.all_held() == story.during
        assert not house.requests()
    else:
        house.check_nothing_cold_since(0)
    house.come_to_rest()
    assert not (story.at_home and house.requests())


@pytest.mark.parametrize("after", [0, 5, HOUR])
@pytest.mark.parametrize("name", AWAY)
def test_ended_by_a_person(update: Update, name: str, after: float) -> None:
    """The preset none ends a vacation that was taken over: at once, within the lag of the reads, or later."""
    house = update(name)
    house.wait(after, step=10 if after == HOUR else 1)
    house.come_home()
    house.come_to_rest()


@pytest.mark.parametrize(
    "name", [name for name in AWAY if STORIES[name].ends is not None]
)
def test_over_before_the_update(update: Update, name: str) -> None:
    """A vacation that has ended while Home Assistant was off is put back at once."""
    ends = STORIES[name].ends
    assert ends is not None
    house = update(name, at=ends + timedelta(hours=1))
    house.check_nothing_cold_since(0)
    house.come_to_rest()
    house.check_nothing_cold_since(0)


@pytest.mark.parametrize(
    "name", [name for name in NAMES if STORIES[name].data["write_only"]]
)
@pytest.mark.parametrize("after", [0, HOUR])
def test_may_be_read_after_the_update(update: Update, name: str, after: float) -> None:
    """A home that could not be read when the files were written can be, from the update on or a while later."""
    house = update(name, readable=after == 0)
    house.wait(after, step=10)
    house.cloud.behaviour.write_only = False
    house.wait(7 * HOUR, step=60)
    assert house.entry.data["write_only"] is False
    house.come_home()
    house.come_to_rest()


@pytest.mark.parametrize(
    ("name", "mode"),
    [("write_only_at_home", "off"), ("first_version_write_only_at_home", "unknown")],
)
def test_accepted_values_are_shown(update: Update, name: str, mode: str) -> None:
    """What cannot be read is shown as it was accepted."""
    house = update(name)
    assert house.shows("preferred_temperature", "home") == "20.5"
    assert house.shows("hot_water_min", "home") == "48.0"
    assert house.shows("control_mode", "home") == mode
    assert house.shows("schedule", "home") == "unknown"


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("at_home", "hp-1"),
        ("first_version_at_home", "hp-1"),
        ("write_only_at_home", "home"),
    ],
)
def test_last_mode(update: Update, name: str, target: str) -> None:
    """What was turned off before the update does what it did before when it is turned on."""
    house = update(name)
    assert house.shows("climate", target) == "off"
    house.done_or_raise(house.act("climate.turn_on", "climate", target))
    assert house.shows("climate", target) == "cool"


def test_outside(update: Update) -> None:
    """What the cloud itself had set outside our ranges may be set again, by a scene."""
    house = update("at_home")
    house.done_or_raise(
        house.update(preferred_temperature=31.5, allowed_below=2.5, allowed_above=1.5)
    )
    assert house.held() == 31.5
    assert house.done(house.set(32)).key is not None


def test_plan_is_in_the_calendar(update: Update) -> None:
    """With all that was written."""
    house = update("planned")
    (event,) = house.events()
    assert (event.summary, event.description, event.location) == (
        "Away",
        "Key is under the mat",
        "Sweden",
    )
    assert (event.start, event.end) == (house.story.begins, house.story.ends)


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_question_and_cold_hot_water(
    house: House, hass_storage: dict[str, Any], freezer: TickingDateTimeFactory
) -> None:
    """It is asked on whether a heat pump is one that has gone; and told what the cold hot water was before."""
    story = STORIES["at_home"]
    freezer.move_to(story.recorded_at)
    story.fill(house.cloud.cloud)
    hass_storage.update(story.files())
    entry = MockConfigEntry(
        domain=DOMAIN, entry_id="home", data=house.typed(write_only=False)
    )
    entry.add_to_hass(house.hass)
    house.entry = entry
    for device_id in ("hp-1", "hp-2", "hp-9"):
        dr.async_get(house.hass).async_get_or_create(
            config_entry_id=entry.entry_id,
            identifiers={(DOMAIN, f"{USER}_{device_id}")},
            manufacturer="nibe",
            model=story.cloud.get(device_id, {"model": "S735"})["model"],
            name=f"Heat pump {device_id}",
        )
    assert await house.hass.config_entries.async_setup(entry.entry_id)
    for _ in range(4):
        await house.pass_time(freezer, 301)
    issues = {
        it.translation_key: it.translation_placeholders or {}
        for it in ir.async_get(house.hass).issues.values()
        if it.domain == DOMAIN
    }
    assert issues.keys() == {"same_heat_pump", "hot_water"}
    assert issues["hot_water"]["before"] == "48 °C"
    assert house.received() == []
