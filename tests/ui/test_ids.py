"""Ids of entities and devices: no two are the same, whatever users and heat pumps are called, and those there are stay."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import permutations

from hypothesis import given, settings, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.heatpump_steering.const import DOMAIN, Target
from custom_components.heatpump_steering.ui.ids import Identifiers
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..house import KEY, USER, House
from ..test_entity import CALENDAR, NOT_OF_THE_HOME, PLATFORMS

ENTITIES = [(platform, key) for platform, keys in PLATFORMS.items() for key in keys]
# What a key that may only write has no entities for.
NEEDS_READING = {
    "settings_status",
    "last_changed",
    "account_link",
    "changed_elsewhere",
}

type Id = tuple[str, str]
type Subject = tuple[Target, str]

# Of few parts, and some more often than others, so that they are often alike.
PARTS = ["a", "home", "_", "/", "%2F", "%", "climate", "ä"]
ALIKE = ["a", "a_a", "a/a", "a%2Fa", "home", "a_home", "/", "%", "\N{ZERO WIDTH SPACE}"]
IDS = st.one_of(
    st.sampled_from(ALIKE),
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("".join),
)
# Home Assistant cannot store half a character, so no id of the first version has one.
NEW_IDS = st.one_of(IDS, st.text("\ud800/", min_size=1, max_size=2))


def first_id(user_id: str, target: Target, key: str) -> str:
    """Return the id that an entity had in the first version."""
    return f"{user_id}_{target or 'home'}_{key}"


@dataclass
class Connected:
    """A config entry, the heat pumps that it had in the first version, and those that have come since."""

    user_id: str
    device_id: str | None
    before: list[str]
    since: list[str]
    write_only: bool = False
    entry: MockConfigEntry = field(init=False)
    kept: dict[Subject, Id] = field(default_factory=dict)
    """Whose ids from the first version are registered."""

    def targets(self, device_ids: Iterable[str]) -> list[Target]:
        """Return what has entities, in the order in which they are added."""
        if self.write_only:
            return [self.device_id]
        found: list[Target] = [*device_ids]
        return [*found, None] if len(found) > 1 and self.device_id is None else found

    def subjects(self, device_ids: Iterable[str]) -> Iterator[tuple[str, Subject]]:
        """Yield every entity, with its platform."""
        yield "calendar", (self.device_id, CALENDAR)
        for target in self.targets(device_ids):
            for platform, key in ENTITIES:
                if not (
                    (target is None and key in NOT_OF_THE_HOME)
                    or (self.write_only and key in NEEDS_READING)
                ):
                    yield platform, (target, key)

    def add(self, hass: HomeAssistant) -> None:
        """Have an entry, with what the first version has registered for it."""
        data = {"user_id": self.user_id}
        if self.device_id is not None:
            data["device_id"] = self.device_id
        self.entry = MockConfigEntry(domain=DOMAIN, data=data)
        self.entry.add_to_hass(hass)
        registry = er.async_get(hass)
        if not self.before:
            return
        for platform, subject in self.subjects(self.before):
            first = first_id(self.user_id, *subject)
            # Whatever came later was turned away.
            if not registry.async_get_entity_id(platform, DOMAIN, first):
                self.register(hass, platform, first)
                self.kept[subject] = platform, first

    def register(self, hass: HomeAssistant, platform: str, unique_id: str) -> None:
        """Register an entity."""
        er.async_get(hass).async_get_or_create(
            platform, DOMAIN, unique_id, config_entry=self.entry
        )

    def ids(self, hass: HomeAssistant) -> dict[Subject, Id]:
        """Return the ids of all entities, as after a restart."""
        identifiers = Identifiers(hass, self.entry)
        if not self.write_only:
            identifiers.settle({*self.before, *self.since})
        targets = self.targets(dict.fromkeys([*self.before, *self.since]))
        devices = {identifiers.device(target) for target in targets}
        assert len(devices) == len(targets)
        return {
            subject: (platform, identifiers.unique_id(*subject))
            for platform, subject in self.subjects(
                dict.fromkeys([*self.before, *self.since])
            )
        }


@st.composite
def homes(draw: st.DrawFn) -> list[Connected]:
    """Draw entries, of users all of whose heat pumps are connected, or some of them one by one."""
    found: list[Connected] = []
    device_ids = st.lists(IDS, max_size=3, unique=True)
    for user_id in draw(st.lists(IDS, min_size=1, max_size=3, unique=True)):
        if draw(st.booleans()):
            before = draw(device_ids)
            since = draw(st.lists(NEW_IDS, max_size=3, unique=True))
            write_only = draw(st.booleans())
            found.append(Connected(user_id, None, before, since, write_only))
            continue
        for device_id in draw(device_ids):
            is_old = draw(st.booleans())
            alone = [device_id]
            found.append(
                Connected(
                    user_id,
                    device_id,
                    alone if is_old else [],
                    [] if is_old else alone,
                    draw(st.booleans()),
                )
            )
    return found


async def test_no_two_are_the_same(hass: HomeAssistant) -> None:
    """Of any entries, old and new; what had an id keeps it, now, after restarts, and when it comes back after it was removed."""

    @settings(deadline=None, max_examples=300)
    @given(entries=homes(), data=st.data())
    def check(entries: list[Connected], data: st.DataObject) -> None:
        registry = er.async_get(hass)
        for entity_id in list(registry.entities):
            registry.async_remove(entity_id)
        # Nothing is known any more of whoever was there before.
        registry.deleted_entities.clear()
        for connected in entries:
            connected.add(hass)
        first = [connected.ids(hass) for connected in entries]
        everything = [an_id for ids in first for an_id in ids.values()]
        assert len(set(everything)) == len(everything)
        for connected, ids in zip(entries, first, strict=True):
            assert connected.kept.items() <= ids.items()
            for platform, unique_id in ids.values():
                connected.register(hass, platform, unique_id)
        assert [connected.ids(hass) for connected in entries] == first
        for connected in entries:
            if data.draw(st.booleans()):
                continue
            for entity in er.async_entries_for_config_entry(
                registry, connected.entry.entry_id
            ):
                registry.async_remove(entity.entity_id)
        assert [connected.ids(hass) for connected in entries] == first

    check()


async def test_all_new(hass: HomeAssistant) -> None:
    """Of any user with any heat pump, where none has had other ids before."""
    found = []
    for user_id in ALIKE:
        entry = MockConfigEntry(domain=DOMAIN, data={"user_id": user_id})
        identifiers = Identifiers(hass, entry)
        for target in (None, *ALIKE):
            found.append(identifiers.unique_id(target, "climate"))
            found.append(identifiers.device(target)[1])
    assert len(set(found)) == len(found)


def test_keys() -> None:
    """No key is the end of another one after a “_”, and none has a “/”: the ids rest on that."""
    keys = [CALENDAR, *(key for _, key in ENTITIES)]
    assert len(set(keys)) == len(keys)
    assert not any("/" in key for key in keys)
    assert not [
        (one, other)
        for one, other in permutations(keys, 2)
        if other.endswith(f"_{one}")
    ]


def stored(house: House, user_id: str, **data: str) -> MockConfigEntry:
    """Return an entry as the first version has stored it."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        version=1,
        title=user_id,
        unique_id="/".join((house.cloud.url[7:], user_id, *data.values())),
        data={
            "api_key": KEY,
            "user_id": user_id,
            "base_url": house.cloud.url,
            "write_only": False,
            **data,
        },
    )
    entry.add_to_hass(house.hass)
    house.entry = entry
    return entry


def registered_before(
    house: House, entry: MockConfigEntry, *targets: Target, called: str
) -> dict[str, str]:
    """Register the entities of an entry as the first version has, and return their unique ids by what they are called."""
    found = {}
    for target in targets:
        device = dr.async_get(house.hass).async_get_or_create(
            config_entry_id=entry.entry_id,
            identifiers={(DOMAIN, f"{entry.data['user_id']}_{target or 'home'}")},
            name=f"{called} {target}",
        )
        for platform, key in ENTITIES:
            if target is None and key in NOT_OF_THE_HOME:
                continue
            registered = er.async_get(house.hass).async_get_or_create(
                platform,
                DOMAIN,
                first_id(entry.data["user_id"], target, key),
                config_entry=entry,
                device_id=device.id,
                suggested_object_id=f"{called}_{target}_{key}",
            )
            found[registered.entity_id] = registered.unique_id
    return found


def registered(house: House, entry: ConfigEntry) -> dict[str, str]:
    """Return the unique ids of an entry's entities by what they are called."""
    return {
        it.entity_id: it.unique_id
        for it in er.async_entries_for_config_entry(
            er.async_get(house.hass), entry.entry_id
        )
    }


async def set_up(house: House, entry: MockConfigEntry) -> None:
    """Connect."""
    if entry.state is not ConfigEntryState.LOADED:
        await house.hass.config_entries.async_setup(entry.entry_id)
    await house.hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


def devices(house: House, entry: MockConfigEntry) -> set[str]:
    """Return what the devices of an entry are identified by."""
    return {
        identifier
        for device in dr.async_entries_for_config_entry(
            dr.async_get(house.hass), entry.entry_id
        )
        for _, identifier in device.identifiers
    }


@pytest.mark.parametrize("old", [0, 1])
async def test_two_users_that_look_alike(house: House, old: int) -> None:
    """`house` with `2_a` beside `house_2` with `a`: whichever was there first keeps its ids, and all are there."""
    pairs = [("house", "2_a"), ("house_2", "a")]
    for user_id, device_id in pairs:
        house.add_heat_pump(device_id, user_id=user_id)
    entries = [stored(house, user_id) for user_id, _ in pairs]
    kept = registered_before(house, entries[old], pairs[old][1], called="old")
    for entry in entries:
        await set_up(house, entry)
    assert kept.items() <= registered(house, entries[old]).items()
    first, second = (set(registered(house, entry).values()) for entry in entries)
    assert len(first) == len(second) > 15
    assert first.isdisjoint(second)
    assert len(house.hass.states.async_all("climate")) == 2
    for entry, (user_id, device_id) in zip(entries, pairs, strict=True):
        assert devices(house, entry) == {
            f"{user_id}_{device_id}"
            if entry is entries[old]
            else f"{user_id}/{device_id}"
        }


async def test_one_that_looks_like_what_was_removed(house: House) -> None:
    """Nor does one get the ids of what was removed: that may come back."""
    house.add_heat_pump("2_a", user_id="house")
    house.add_heat_pump("hp-2", user_id="house", model="F1255")
    entry = stored(house, "house")
    kept = registered_before(house, entry, "2_a", "hp-2", called="old")
    await set_up(house, entry)
    house.cloud.cloud.hide("2_a")
    for _ in range(5):
        await house.poll()
    assert house.devices("house").keys() == {"hp-2"}
    house.add_heat_pump("a", user_id="house_2")
    await house.connect(user_id="house_2")
    assert "house_2/a/climate" in registered(house, house.entry).values()
    house.cloud.cloud.hide("2_a", hidden=False)
    await entry.runtime_data.async_refresh()
    await house.hass.async_block_till_done()
    assert kept.items() <= registered(house, entry).items()


@pytest.mark.parametrize(
    "user_ids", [*permutations(["a/b", "a"]), *permutations(["a%2Fb", "a/b"])]
)
async def test_entries_that_look_alike(house: House, user_ids: tuple[str, str]) -> None:
    """No entry takes the place of another one, though “a/b” and the heat pump “b” of “a” were once named alike."""
    for number, user_id in enumerate(("a/b", "a", "a%2Fb")):
        house.add_heat_pump("b" if user_id == "a" else f"hp-{number}", user_id=user_id)
    first, second = user_ids
    entry = stored(house, first, **({"device_id": "b"} if first == "a" else {}))
    await set_up(house, entry)
    other = await house.connect(
        user_id=second, device_id="b" if second == "a" else None
    )
    assert entry.state is other.state is ConfigEntryState.LOADED
    assert entry.unique_id != other.unique_id
    assert len(house.hass.config_entries.async_entries(DOMAIN)) == 2


async def test_user_called_like_another_one_elsewhere(house: House) -> None:
    """A second home of the same name gets a name that no other has, whatever those are called."""
    server = house.cloud.url.removeprefix("http://")
    for user_id in ("u", f"u@{server}"):
        house.add_heat_pump("hp-1", user_id=user_id)
        house.cloud.cloud.remove_heat_pump("hp-1")
    house.add_heat_pump("hp-1", user_id=f"u@{server}")
    elsewhere = stored(house, "u")
    house.hass.config_entries.async_update_entry(
        elsewhere, data={**elsewhere.data, "base_url": "https://elsewhere.example"}
    )
    entries = [elsewhere, await house.connect(user_id=f"u@{server}")]
    house.cloud.cloud.relink("hp-1", "hp-2")
    house.add_heat_pump("hp-1", user_id="u")
    entries.append(await house.connect(user_id="u"))
    names = [it.data.get("namespace", it.data["user_id"]) for it in entries]
    assert names == ["u", f"u@{server}", f"u@{server}@{server}"]


async def test_heat_pump_called_home(house: House) -> None:
    """In a home that is new it is one of several, beside the home itself."""
    await house.connected("home", "hp-2")
    ids = set(registered(house, house.entry).values())
    assert {f"{USER}/home/climate", f"{USER}//climate", f"{USER}//vacation"} <= ids
    assert len(house.hass.states.async_all("climate")) == 3
    form = await house.hass.config_entries.options.async_init(house.entry.entry_id)
    form = await house.hass.config_entries.options.async_configure(
        form["flow_id"], {"next_step_id": "thermostat"}
    )
    schema = form["data_schema"]
    assert schema is not None
    values = [it["value"] for it in schema.schema["heat_pump"].config["options"]]
    assert len(set(values)) == 3


async def test_old_heat_pump_called_home(house: House) -> None:
    """It keeps its ids, also when it gets company: the home itself is new then, but for its calendar."""
    house.add_heat_pump("home")
    entry = stored(house, USER)
    kept = registered_before(house, entry, "home", called="old")
    calendar = er.async_get(house.hass).async_get_or_create(
        "calendar", DOMAIN, f"{USER}_home_vacation", config_entry=entry
    )
    kept[calendar.entity_id] = calendar.unique_id
    await set_up(house, entry)
    assert registered(house, entry) == kept
    house.add_heat_pump("hp-2", model="F1255")
    await house.poll()
    for _ in range(2):
        assert kept.items() <= registered(house, entry).items()
        assert devices(house, entry) == {f"{USER}_home", f"{USER}/", f"{USER}/hp-2"}
        assert len(house.hass.states.async_all("climate")) == 3
        await house.hass.config_entries.async_reload(entry.entry_id)
        await house.hass.async_block_till_done()


async def test_old_heat_pump_called_home_alone(house: House) -> None:
    """An entry that is about it alone keeps all its ids."""
    house.add_heat_pump("home")
    entry = stored(house, USER, device_id="home")
    kept = registered_before(house, entry, "home", called="old")
    await set_up(house, entry)
    assert kept.items() <= registered(house, entry).items()
    assert devices(house, entry) == {f"{USER}_home"}
    house.cloud.cloud.relink("home", "hp-2")
    await house.poll()
    assert entry.data["device_id"] == "hp-2"
    assert registered(house, entry).keys() >= kept.keys()
    assert devices(house, entry) == {f"{USER}/hp-2"}


async def test_old_home(house: House) -> None:
    """The home itself keeps its ids when a heat pump that is called so turns up, now or after a restart."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("hp-2", model="F1255")
    entry = stored(house, USER)
    kept = registered_before(house, entry, "hp-1", "hp-2", None, called="old")
    await set_up(house, entry)
    await house.hass.config_entries.async_unload(entry.entry_id)
    house.add_heat_pump("home", model="S1256")
    await set_up(house, entry)
    assert kept.items() <= registered(house, entry).items()
    assert devices(house, entry) == {
        f"{USER}_hp-1",
        f"{USER}_hp-2",
        f"{USER}_home",
        f"{USER}/home",
    }
    assert len(house.hass.states.async_all("climate")) == 4


@pytest.mark.parametrize("write_only", [True, False])
async def test_old_home_of_one(house: House, write_only: bool) -> None:
    """A home that changes between what can be read and what cannot keeps its entities, whichever ids they have."""
    house.add_heat_pump("hp-1")
    house.cloud.behaviour.write_only = write_only
    entry = stored(house, USER)
    house.hass.config_entries.async_update_entry(
        entry, data={**entry.data, "write_only": write_only}
    )
    kept = registered_before(house, entry, None if write_only else "hp-1", called="old")
    for _ in range(3):
        await set_up(house, entry)
        assert kept.keys() <= registered(house, entry).keys()
        assert len(devices(house, entry)) == 1
        assert len(house.hass.states.async_all("climate")) == 1
        write_only = not write_only
        await house.hass.config_entries.async_unload(entry.entry_id)
        house.cloud.behaviour.write_only = write_only
        house.hass.config_entries.async_update_entry(
            entry, data={**entry.data, "write_only": write_only}
        )


async def test_old_one_comes_back(house: House) -> None:
    """A heat pump whose device was removed has the ids that it had when it comes back, and the area and name of the device."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("hp-2", model="F1255")
    entry = stored(house, USER)
    kept = registered_before(house, entry, "hp-1", "hp-2", called="old")
    await set_up(house, entry)
    device = house.device("hp-2")
    dr.async_get(house.hass).async_update_device(device.id, name_by_user="Annex")
    house.cloud.cloud.hide("hp-2")
    for _ in range(5):
        await house.poll()
    assert house.devices().keys() == {"hp-1"}
    await house.hass.config_entries.async_reload(entry.entry_id)
    house.cloud.cloud.hide("hp-2", hidden=False)
    await house.poll()
    assert kept.items() <= registered(house, entry).items()
    assert (house.device("hp-2").id, house.device("hp-2").name_by_user) == (
        device.id,
        "Annex",
    )
