"""The cloud without its wires: who has which heat pumps, what they hold, and what a change does to them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import hashlib
import math
from typing import Final

from .behaviour import Behaviour
from .clock import Clock
from .fields import (
    DEFAULT_SETTINGS,
    NUMBERS,
    WRITE_ONLY_SECTIONS,
    FlatSettings,
    flatten,
    setting_names,
    with_exclusivity,
)
from .heat_pump import HeatPump, View
from .reading import InputError, Json, flag, items, mapping, optional_text, text
from .validation import Change, check_hot_water

_MILLISECOND: Final = timedelta(milliseconds=1)


class NotFoundError(Exception):
    """There is no such user or heat pump, or it is another supplier's."""

    def __init__(self, what: str) -> None:
        """Say what is not found: "User" or "Device"."""
        super().__init__(f"{what} not found")


@dataclass(slots=True)
class Supplier:
    """An energy supplier: its keys, as digests, and its users with the location last written for each."""

    name: str
    key_digests: set[str] = field(default_factory=set[str])
    users: dict[str, dict[str, Json]] = field(
        default_factory=dict[str, dict[str, Json]]
    )


class Cloud:
    """Suppliers, users and heat pumps.

    Keys are only kept as digests: nothing that is shown, logged or stored can give one away.
    """

    def __init__(self, clock: Clock, behaviour: Behaviour) -> None:
        """Start with an empty cloud."""
        self._clock = clock
        self._behaviour = behaviour
        self._suppliers: dict[str, Supplier] = {}
        self._heat_pumps: dict[str, HeatPump] = {}
        self._serial = 0
        self._listeners: list[Callable[[], None]] = []

    # --- who is there ---------------------------------------------------------------------------------------------

    def add_supplier(self, key: str, name: str | None = None) -> Supplier:
        """Add a supplier, or a further key to one that is there.

        Without a name: the one whose key it is, else a new "Energy Supplier A", B, …
        """
        supplier = self.supplier_of(key)
        if supplier is None or name not in (None, supplier.name):
            name = name or self._free_name()
            supplier = self._suppliers.setdefault(name, Supplier(name))
            self._take_key_away(key)
            supplier.key_digests.add(_digest(key))
            self._changed()
        return supplier

    def set_keys(self, name: str, keys: Iterable[str]) -> None:
        """Give a supplier new keys, in place of those it had; none = it is locked out. Raises NotFoundError."""
        supplier = self.supplier(name)
        keys = list(keys)
        for key in keys:
            self._take_key_away(key)
        supplier.key_digests = {_digest(key) for key in keys}
        self._changed()

    def revoke_key(self, key: str) -> None:
        """Make a key wrong from now on. Its supplier, users and heat pumps stay."""
        self._take_key_away(key)
        self._changed()

    def remove_supplier(self, name: str) -> None:
        """Remove a supplier with its users and heat pumps. Raises NotFoundError."""
        self.supplier(name)
        del self._suppliers[name]
        self._heat_pumps = {
            each: pump
            for each, pump in self._heat_pumps.items()
            if pump.supplier != name
        }
        self._changed()

    def supplier(self, name: str) -> Supplier:
        """Return a supplier by name. Raises NotFoundError."""
        if (supplier := self._suppliers.get(name)) is None:
            raise NotFoundError("Supplier")
        return supplier

    def suppliers(self) -> list[Supplier]:
        """Return all suppliers."""
        return list(self._suppliers.values())

    def supplier_of(self, key: str | None) -> Supplier | None:
        """Return whose key it is, or None where it is nobody's."""
        if key is None:
            return None
        digest = _digest(key)
        return next(
            (each for each in self._suppliers.values() if digest in each.key_digests),
            None,
        )

    def add_user(
        self, user_id: str, *, key: str | None = None, supplier: str | None = None
    ) -> None:
        """Add a user without heat pumps, of the supplier with this key or name. Raises NotFoundError."""
        self._supplier_for(key, supplier).users.setdefault(user_id, {})
        self._changed()

    def remove_user(self, user_id: str, *, supplier: str) -> None:
        """Remove a user with its heat pumps. Raises NotFoundError."""
        owner = self.supplier(supplier)
        if owner.users.pop(user_id, None) is None:
            raise NotFoundError("User")
        gone = [
            pump.device_id
            for pump in self._heat_pumps.values()
            if (pump.supplier, pump.user_id) == (supplier, user_id)
        ]
        for device_id in gone:
            del self._heat_pumps[device_id]
        self._changed()

    def add_heat_pump(
        self,
        device_id: str,
        user_id: str,
        *,
        key: str | None = None,
        supplier: str | None = None,
        settings: Mapping[str, Json] | None = None,
        **attributes: Json,
    ) -> HeatPump:
        """Add a heat pump as `put_heat_pump` does, with its attributes as keywords."""
        return self.put_heat_pump(
            device_id,
            user_id,
            key=key,
            supplier=supplier,
            settings=settings,
            attributes=attributes,
        )

    def put_heat_pump(
        self,
        device_id: str,
        user_id: str,
        *,
        key: str | None = None,
        supplier: str | None = None,
        settings: Mapping[str, Json] | None = None,
        attributes: Mapping[str, Json],
    ) -> HeatPump:
        """Add a heat pump, or put it in the place of the one with this device_id.

        `key` or `supplier` (name) says whose user it is; a key that nobody has makes a new supplier; with neither it
        is the first supplier's. `settings` are nested and taken as they are: what is not in them is missing in the
        answers; without them it holds `DEFAULT_SETTINGS`. `attributes` are fields of `HeatPump`: brand, model,
        model_type, country, device_type, needs_reauthentication, has_delayed_power_data_1d, hidden, missing_settings,
        details, location, updated_at (ISO). Raises NotFoundError for an unknown supplier, InputError for a
        wrong attribute or settings that are not nested.
        """
        read = _read_attributes(attributes)
        held = flatten(DEFAULT_SETTINGS if settings is None else settings)
        owner = self._supplier_for(key, supplier)
        old = self._heat_pumps.get(device_id)
        if old is None:
            self._serial += 1
        moment = read.pop("updated_at", None)
        pump = HeatPump(
            device_id=device_id,
            user_id=user_id,
            supplier=owner.name,
            serial=self._serial if old is None else old.serial,
            held={
                setting: value for setting, value in held.items() if value is not None
            },
            updated_at=moment
            if isinstance(moment, datetime)
            else _to_millisecond(self.now()),
        )
        for name, value in read.items():
            setattr(pump, name, value)
        owner.users.setdefault(user_id, {})
        self._heat_pumps[device_id] = pump
        self._changed()
        return pump

    def update_heat_pump(
        self, device_id: str, attributes: Mapping[str, Json]
    ) -> HeatPump:
        """Change attributes of a heat pump, but its settings and their `updated_at`.

        Raises NotFoundError, InputError.
        """
        pump = self.heat_pump(device_id)
        if "updated_at" in attributes:
            raise InputError("updated_at moves with the settings")
        for name, value in _read_attributes(attributes).items():
            setattr(pump, name, value)
        self._changed()
        return pump

    def hide(self, device_id: str, hidden: bool = True) -> None:
        """Make a heat pump vanish from every list and out of reach, or bring it back. Raises NotFoundError."""
        self.update_heat_pump(device_id, {"hidden": hidden})

    def relink(self, device_id: str, new_id: str) -> None:
        """Let a heat pump have another device_id and keep all else, as when its account is linked anew.

        Raises NotFoundError, or InputError where another one has that device_id.
        """
        pump = self.heat_pump(device_id)
        if new_id in self._heat_pumps:
            raise InputError(f"{new_id} is another heat pump")
        del self._heat_pumps[device_id]
        pump.device_id = new_id
        self._heat_pumps[new_id] = pump
        self._changed()

    def remove_heat_pump(self, device_id: str) -> None:
        """Remove a heat pump for good; its user stays. Raises NotFoundError."""
        self.heat_pump(device_id)
        del self._heat_pumps[device_id]
        self._changed()

    def heat_pump(self, device_id: str) -> HeatPump:
        """Return any heat pump, hidden ones too. Raises NotFoundError."""
        if (pump := self._heat_pumps.get(device_id)) is None:
            raise NotFoundError("Device")
        return pump

    def heat_pumps(self) -> list[HeatPump]:
        """Return all heat pumps of all suppliers, in the order in which they were added."""
        return sorted(self._heat_pumps.values(), key=lambda pump: pump.serial)

    # --- what the public sees -------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the time by the server's clock, which may differ from ours."""
        return self._clock.wall() + timedelta(seconds=self._behaviour.clock_offset)

    def listed(
        self,
        supplier: Supplier,
        user_id: str | None = None,
        device_id: str | None = None,
    ) -> list[HeatPump]:
        """Return the heat pumps of a supplier that are not hidden, all of them or of one user or one device."""
        return [
            pump
            for pump in self.heat_pumps()
            if pump.supplier == supplier.name
            and not pump.hidden
            and self._is_asked_for(pump.user_id, user_id)
            and self._is_asked_for(pump.device_id, device_id)
        ]

    def _is_asked_for(self, found: str, asked: str | None) -> bool:
        if asked is None:
            return True
        if self._behaviour.ids_ignore_case:
            return found.casefold() == asked.casefold()
        return found == asked

    def targets(
        self, supplier: Supplier, user_id: str | None, device_id: str | None
    ) -> list[HeatPump]:
        """Return the heat pumps that the ids of a change reach. Raises NotFoundError."""
        if user_id is not None and not any(
            self._is_asked_for(each, user_id) for each in supplier.users
        ):
            raise NotFoundError("User")
        pumps = self.listed(supplier, user_id, device_id)
        if device_id is not None and not pumps:
            raise NotFoundError("Device")
        return pumps

    def view(self, pump: HeatPump, *, counts: bool = True) -> View:
        """Return what a read shows of a heat pump now. `counts`: as in `HeatPump.look`."""
        return pump.look(self._clock.monotonic(), counts=counts)

    # --- changes --------------------------------------------------------------------------------------------------

    def apply(self, supplier: Supplier, change: Change) -> bool:
        """Apply a change of a client, to all heat pumps that it reaches or to none.

        Returns whether anything was kept. Raises NotFoundError, RefusedError.
        """
        pumps = self.targets(supplier, change.user_id, change.device_id)
        for pump in pumps:
            check_hot_water(pump.held, change.settings)
        if not change.settings or not self._behaviour.takes_change():
            return False
        settings = {
            setting: value
            for setting, value in change.settings.items()
            if not _is_write_only(setting)
        }
        location = {
            setting.partition(".")[2]: change.settings[setting]
            for setting in change.settings
            if _is_write_only(setting)
        }
        for pump in pumps:
            pump.location |= location
            if settings:
                adjusted = {
                    setting: self._adjusted(setting, value)
                    for setting, value in settings.items()
                }
                self._write(pump, adjusted, lags=True, moves_updated_at=True)
        if change.device_id is None and change.user_id is not None:
            for user_id, its_location in supplier.users.items():
                if self._is_asked_for(user_id, change.user_id):
                    its_location |= location
        self._changed()
        return bool(pumps or location)

    def change_settings(
        self,
        device_id: str,
        settings: Mapping[str, Json],
        *,
        moves_updated_at: bool = True,
        lags: bool = False,
    ) -> None:
        """Change settings as the supplier's app or an installer does: nested, and taken as they are.

        A setting of None is taken away. Reads show it at once, unless it `lags` like a client's change.
        Raises NotFoundError, InputError.
        """
        pump = self.heat_pump(device_id)
        self._write(
            pump, flatten(settings), lags=lags, moves_updated_at=moves_updated_at
        )
        self._changed()

    def _write(
        self,
        pump: HeatPump,
        settings: FlatSettings,
        *,
        lags: bool,
        moves_updated_at: bool,
    ) -> None:
        behaviour = self._behaviour
        moves = moves_updated_at and behaviour.updated_at != "frozen"
        pump.write(
            with_exclusivity(pump.held, settings),
            updated_at=self._later_than(pump.updated_at) if moves else pump.updated_at,
            due=self._clock.monotonic() + behaviour.read_lag_seconds
            if lags and behaviour.read_lag_seconds
            else -math.inf,
            reads=behaviour.read_lag_reads if lags else 0,
        )

    def _later_than(self, last: datetime) -> datetime:
        """Return now, or just after the last time where the clock stands still (a test has frozen it)."""
        now = _to_millisecond(self.now())
        return (
            last + _MILLISECOND
            if timedelta(0) <= last - now < timedelta(seconds=1)
            else now
        )

    def _adjusted(self, setting: str, value: Json) -> Json:
        """Return an accepted value as this cloud rounds and limits it."""
        if setting not in NUMBERS or not isinstance(value, int | float):
            return value
        if step := self._behaviour.rounding:
            # The second rounding takes away the dust of the first (0.1 steps would give 20.900000000000002).
            value = round(math.floor(value / step + 0.5) * step, 6)
        low, high = self._behaviour.limits.get(setting, (None, None))
        if low is not None:
            value = max(value, low)
        if high is not None:
            value = min(value, high)
        return value

    # --- state ----------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget everything and everyone."""
        self._suppliers.clear()
        self._heat_pumps.clear()
        self._serial = 0
        self._changed()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call a function after every change of what `to_json` returns."""
        self._listeners.append(listener)

    def to_json(self) -> dict[str, Json]:
        """Return everything, for `restore`. Keys are digests in it."""
        suppliers: list[Json] = [
            {
                "name": supplier.name,
                "key_digests": sorted(supplier.key_digests),
                "users": {
                    user_id: dict(location)
                    for user_id, location in supplier.users.items()
                },
            }
            for supplier in self._suppliers.values()
        ]
        return {
            "suppliers": suppliers,
            "heat_pumps": [pump.to_json() for pump in self.heat_pumps()],
        }

    def restore(self, state: Json) -> None:
        """Take a state back that `to_json` returned. Raises ValueError where it is none."""
        self.clear()
        try:
            given = mapping("the state", state)
            for each in items("suppliers", given["suppliers"]):
                values = mapping("a supplier", each)
                supplier = Supplier(text("name", values["name"]))
                digests = items("key_digests", values["key_digests"])
                supplier.key_digests = {
                    text("key_digests", digest) for digest in digests
                }
                for user_id, location in mapping("users", values["users"]).items():
                    supplier.users[user_id] = dict(mapping("a location", location))
                self._suppliers[supplier.name] = supplier
            for each in items("heat_pumps", given["heat_pumps"]):
                attributes = dict(mapping("a heat pump", each))
                self.put_heat_pump(
                    text("device_id", attributes.pop("device_id")),
                    text("user_id", attributes.pop("user_id")),
                    supplier=text("supplier", attributes.pop("supplier")),
                    settings=mapping("settings", attributes.pop("settings")),
                    attributes=attributes,
                )
        except (KeyError, NotFoundError) as error:
            raise ValueError(f"not the state of a cloud: {error}") from error

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()

    def _supplier_for(self, key: str | None, name: str | None) -> Supplier:
        if key is not None:
            return self.add_supplier(key, name)
        if name is not None:
            return self.supplier(name)
        if not self._suppliers:
            raise NotFoundError("Supplier")
        return next(iter(self._suppliers.values()))

    def _take_key_away(self, key: str) -> None:
        for supplier in self._suppliers.values():
            supplier.key_digests.discard(_digest(key))

    def _free_name(self) -> str:
        number = 0
        while (name := f"Energy Supplier {_letters(number)}") in self._suppliers:
            number += 1
        return name


def _letters(number: int) -> str:
    """Return A, B, … Z, A1, B1, …."""
    turn, letter = divmod(number, 26)
    return chr(ord("A") + letter) + (str(turn) if turn else "")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def _is_write_only(setting: str) -> bool:
    return setting.partition(".")[0] in WRITE_ONLY_SECTIONS


def _to_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _read_attributes(attributes: Mapping[str, Json]) -> dict[str, object]:
    return {name: _read_attribute(name, value) for name, value in attributes.items()}


def _read_attribute(name: str, value: Json) -> object:
    match name:
        case "brand":
            return text(name, value)
        case "model" | "model_type" | "country" | "device_type":
            return optional_text(name, value)
        case "needs_reauthentication" | "has_delayed_power_data_1d" | "hidden":
            return flag(name, value)
        case "missing_settings":
            return setting_names(name, value)
        case "details" | "location":
            return dict(mapping(name, value))
        case "updated_at":
            try:
                moment = datetime.fromisoformat(text(name, value))
            except ValueError:
                raise InputError(
                    "updated_at must be a date and time in ISO 8601"
                ) from None
            if moment.tzinfo is None:
                raise InputError("updated_at must have a time zone")
            return moment
        case _:
            raise InputError(f"{name} is nothing that can be set on a heat pump")
