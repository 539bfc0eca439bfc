"""One heat pump at a naive cloud, and a controller that brings its shadow there: without network, clock or disk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from custom_components.heatpump_steering.api import (
    ReportedSettings,
    Setting,
    Settings,
    Value,
)
from custom_components.heatpump_steering.model.difference import to_send
from custom_components.heatpump_steering.model.override import Override
from custom_components.heatpump_steering.model.overrides import Overrides
from custom_components.heatpump_steering.model.shadow import DeviceShadow

START = datetime(2026, 11, 1, tzinfo=UTC)
AT_HOME = Settings(
    preferred_temperature=21.0,
    allowed_below=0.3,
    hot_water_min=45.0,
    hot_water_max=60.0,
    schedule=False,
)


@dataclass
class HeatPump:
    """What the cloud holds, and all that it has ever held."""

    held: Settings = AT_HOME
    now: float = 0
    rounded: Callable[[Setting, Value], Value] = lambda _, value: value
    has_clock: bool = True
    history: list[ReportedSettings] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Hold the settings since the beginning."""
        self.history.append(ReportedSettings(self.held, self.time))

    @property
    def time(self) -> datetime:
        """Return the time by the cloud's clock."""
        return START + timedelta(seconds=self.now)

    def set(self, change: Settings) -> None:
        """Take a change, as a cloud does that rounds."""
        self.now += 2
        rounded = {
            setting: self.rounded(setting, value)
            for setting, value in change.with_implied().items()
        }
        self.held = self.held.overlaid_with(Settings.of(rounded))
        self.history.append(
            ReportedSettings(self.held, self.time if self.has_clock else None)
        )


@dataclass
class Controller:
    """Does with a shadow what the reconciler does, in a few lines."""

    cloud: HeatPump
    shadow: DeviceShadow = field(default_factory=DeviceShadow)
    number: int = 0
    by_hand: dict[Setting, Value] = field(default_factory=dict)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.cloud.now += seconds

    def read(self, copy: int = 0, but_for: Settings | None = None) -> bool:
        """Read the newest copy of the settings, or an older one; return whether a second look is needed."""
        self.number += 1
        old = self.cloud.history[max(-len(self.cloud.history), -1 - copy)]
        settings = old.settings.overlaid_with(but_for or Settings())
        overridden = self.shadow.overrides.overridden
        outcome = self.shadow.read(
            ReportedSettings(
                settings, old.updated_at if self.cloud.has_clock else None
            ),
            number=self.number,
            now=self.cloud.now,
        )
        overrides = self.shadow.overrides
        self.by_hand.update(
            overrides.base.only(overridden - overrides.overridden).items()
        )
        return outcome.look_again

    def begin(
        self,
        name: str,
        values: Settings,
        by: Mapping[Setting, float] = MappingProxyType({}),
    ) -> None:
        """Begin an override."""
        self.shadow.overrides = self.shadow.overrides.begin(
            Override(name=name, values=values, by=by, began=self.cloud.time),
            shown=self.shadow.shown,
        )

    def end(self, name: str) -> None:
        """End an override."""
        self.shadow.overrides = self.shadow.overrides.end(name)

    def send(self, *, applied: bool = True, answered: bool = True) -> Settings:
        """Send what is to be sent, if anything; return that."""
        before = self.shadow.overrides
        change = to_send(before, self.shadow.shown, readable=True)
        if not change:
            return change
        self.shadow.overrides = before.sending(change)
        self.shadow.send(change, now=self.cloud.now, by_hand=False)
        if applied:
            self.cloud.set(change)
        if answered and applied:
            self._accept(change)
        elif answered:
            self.shadow.overrides = self.shadow.overrides.not_sent(change, before)
            self.shadow.not_sent(change)
        return change

    def set(self, change: Settings) -> None:
        """Change settings as a person does in Home Assistant."""
        self.shadow.send(change, now=self.cloud.now, by_hand=True)
        self.cloud.set(change)
        self._accept(change)
        self.shadow.overrides = self.shadow.overrides.changed_by_hand(change)

    def _accept(self, change: Settings) -> None:
        self.number += 1
        self.shadow.accept(
            change,
            number=self.number,
            now=self.cloud.now,
            began=self.cloud.time,
            accepted_at=self.cloud.time,
        )
        self.shadow.overrides = self.shadow.overrides.accepted(
            change, self.cloud.time, readable=True
        )

    def restart(self) -> None:
        """Know only what is on disk."""
        overrides, updated_at = self.shadow.overrides, self.shadow.updated_at
        self.shadow = DeviceShadow(
            updated_at=updated_at, overrides=Overrides.from_json(overrides.to_json())
        )
        self.number = 0

    def come_to_rest(self) -> None:
        """Read and send until there is nothing to do any more."""
        quiet = 0
        for _ in range(20):
            self.wait(100)
            look_again = self.read()
            quiet = 0 if self.send() or look_again else quiet + 1
            if quiet == 2:
                return
        raise AssertionError("It does not come to rest.")
