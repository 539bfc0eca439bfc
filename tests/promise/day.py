"""A day in a house, told step by step: who did what, what came of it, and what was seen meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, override

from custom_components.heatpump_steering.const import (
    DOMAIN,
    EVENT_CHANGED_ELSEWHERE,
    EVENT_STAYED_BY_HAND,
)
from homeassistant.components.logbook import _process_logbook_platform
from homeassistant.components.logbook.const import DOMAIN as LOGBOOK
from homeassistant.components.logbook.models import LogbookConfig, async_event_to_row
from homeassistant.components.logbook.processor import EventProcessor
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.integration_platform import (
    async_process_integration_platforms,
)
from simulator import HeatPump
from simulator.fields import flatten
from simulator.journal import Entry

from ..house import KEY
from .wishes import NUMBERS
from .world import World

# What most of these stories are about: one setting, from 21 to 22 °C, and what is held by the cloud under its name.
PREFERRED = "preferred_temperature"
PREFERRED_SETTING = NUMBERS[PREFERRED]
OLD, NEW = "21.0", "22.0"

POLL = 300.0


@dataclass(eq=False)
class Call:
    """An action that somebody has called."""

    task: asyncio.Task[Any]

    @property
    def done(self) -> bool:
        return self.task.done()

    @property
    def answer(self) -> Any:
        """Return what it answered."""
        return self.task.result()

    @property
    def error(self) -> HomeAssistantError | None:
        """Return what it raised, or None if it succeeded; anything but Home Assistant's own error is raised."""
        if (error := self.task.exception()) is None:
            return None
        if not isinstance(error, HomeAssistantError):
            raise error
        return error

    @property
    def key(self) -> str | None:
        """Return the key of the text that the person reads; None after a success."""
        return None if self.error is None else self.error.translation_key

    @property
    def text(self) -> str:
        """Return the text that the person reads."""
        text = str(self.error)
        assert "{" not in text
        return text


@dataclass(eq=False)
class Seen:
    """What an entity has shown since somebody began to look: every state that was written, the same one too."""

    states: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[str]:
        """Return the states without those that repeat the one before."""
        return [
            state
            for index, state in enumerate(self.states)
            if index == 0 or state != self.states[index - 1]
        ]


class Day(World):
    """A world with words for what happens in it, for tests that tell one story."""

    def __init__(self, *device_ids: str, write_only: bool = False) -> None:
        """Start with these heat pumps, or with a key that may only write."""
        super().__init__(*device_ids)
        self.calls: list[Call] = []
        if write_only:
            self.cloud.behaviour.write_only = True
            self.wait_for(self.hass.config_entries.async_remove(self.entry.entry_id))
            self.wait_for(self.house.connect())

    @property
    def entry(self) -> ConfigEntry:
        """Return the connection to the home."""
        return self.house.entry

    # Doing

    def act(self, action: str, key: str, target: str = "hp-1", **data: Any) -> Call:
        """Call an action on an entity; do not wait."""
        return self.call(action, [(key, target)], **data)

    def call(self, action: str, on: list[tuple[str, str]], **data: Any) -> Call:
        """Call an action on several entities at once; do not wait."""
        data = {"entity_id": [self.house.entity_id(*each) for each in on], **data}
        return self.begin(action, data)

    def begin(
        self, action: str, data: dict[str, Any], *, answers: bool = False
    ) -> Call:
        """Call any action; do not wait."""
        domain, _, service = action.partition(".")
        call = Call(
            self.loop.create_task(
                self.hass.services.async_call(
                    domain, service, data, blocking=True, return_response=answers
                )
            )
        )
        self.calls.append(call)
        return call

    def set(self, value: float, key: str = PREFERRED, target: str = "hp-1") -> Call:
        """Set a number; do not wait."""
        return self.act("number.set_value", key, target, value=value)

    def update(self, target: str = "hp-1", **settings: Any) -> Call:
        """Set several settings of a heat pump as one wish; do not wait."""
        data = {"config_entry_id": self.entry.entry_id, **settings}
        if target != "home":
            data["device_id"] = [self.house.device(target).id]
        return self.begin(f"{DOMAIN}.update_settings", data)

    def finish(self, *calls: Call, limit: float = 200) -> None:
        """Let time pass until these calls, or all there are, have an outcome."""
        self.until(lambda: all(call.done for call in calls or self.calls), limit)

    def done(self, call: Call) -> Call:
        """Return a call after it has come to its end."""
        self.finish(call)
        return call

    # Time

    def wait(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass."""
        self.run(self.pass_time(seconds, step))

    def until(self, reached: Callable[[], bool], limit: float = 200) -> None:
        """Let time pass until something is so."""
        self.run(self.pass_until(reached, limit))

    def wait_for[T](self, work: Awaitable[T]) -> T:
        """Let time pass until something is done; return its result."""

        async def waited() -> T:
            task = asyncio.ensure_future(work)
            await self.pass_until(task.done)
            return await task

        return self.run(waited())

    def took(self, work: Callable[[], object]) -> float:
        """Return how many seconds something took."""
        begin = self.loop.time()
        work()
        return self.loop.time() - begin

    def poll(self) -> None:
        """Let time pass until the next regular read and its outcome."""
        seen = len(self.reads())
        self.until(lambda: len(self.reads()) > seen, limit=POLL + 30)

    # The cloud

    def cloud_stops(self) -> None:
        """Take the server off the network."""
        self.run(self.cloud.stop())

    def cloud_starts(self) -> None:
        """Bring the server back, at the same address."""
        self.run(self.cloud.start(port=self.cloud.port))

    def release(self) -> None:
        """Let go of requests that are held."""
        self.cloud.weather.release()
        self.run(self.settle())

    def heat_pump(self, target: str = "hp-1") -> HeatPump:
        """Return a heat pump as the cloud knows it."""
        return self.cloud.cloud.heat_pump(target)

    def held(self, setting: str = PREFERRED_SETTING, target: str = "hp-1") -> Any:
        """Return what the cloud holds."""
        return self.heat_pump(target).held[setting]

    def change_elsewhere(
        self, value: float, target: str = "hp-1", **options: bool
    ) -> None:
        """Set the preferred temperature in the supplier's app."""
        self.cloud.cloud.change_settings(
            target, {"room": {PREFERRED: value}}, **options
        )

    def requests(self, method: str = "PATCH") -> list[Entry]:
        """Return the requests that the cloud has received."""
        return self.cloud.journal.entries(method=method)

    def reads(self) -> list[Entry]:
        """Return the reads of the settings."""
        return self.cloud.journal.entries(method="GET", path="/v1/devices/settings")

    def sent(self) -> list[dict[str, Any]]:
        """Return the leaves of every change that the cloud has received."""
        return [settings_of(entry) for entry in self.requests()]

    def values_sent(self, setting: str = PREFERRED_SETTING) -> list[Any]:
        """Return the values of one setting in the changes that the cloud has received."""
        return [leaves[setting] for leaves in self.sent() if setting in leaves]

    def targets_sent(self) -> list[str]:
        """Return to whom the changes were addressed."""
        return [entry.device_id or "home" for entry in self.requests()]

    # Looking

    def shows(self, key: str = PREFERRED, target: str = "hp-1") -> str:
        """Return what an entity shows."""
        return self.house.shows(key, target)

    def status(self, target: str = "hp-1") -> str:
        """Return how the settings stand with the cloud."""
        return self.shows("settings_status", target)

    def look_at(self, key: str = PREFERRED, target: str = "hp-1") -> Seen:
        """Note from now on what an entity shows."""
        entity_id = self.house.entity_id(key, target)
        seen = Seen()

        @callback
        def note(event: Event[EventStateChangedData]) -> None:
            if event.data["entity_id"] == entity_id and event.data["new_state"]:
                seen.states.append(event.data["new_state"].state)

        self.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
        return seen

    def read_logbook(self) -> list[str]:
        """Note from now on the logbook's lines of the integration, as Home Assistant's logbook words them."""
        lines: list[str] = []
        self.hass.data[LOGBOOK] = LogbookConfig({})
        self.run(
            async_process_integration_platforms(
                self.hass, LOGBOOK, _process_logbook_platform
            )
        )
        self.run(self.settle())

        @callback
        def note(event: Event[Any]) -> None:
            processor = EventProcessor(self.hass, [str(event.event_type)])
            rows: list[Any] = [async_event_to_row(event)]
            for line in processor.humanify(rows):
                assert line["domain"] == DOMAIN
                assert self.hass.states.get(line["entity_id"])
                lines.append(f"{line['name']} {line['message']}")

        for event_type in (EVENT_CHANGED_ELSEWHERE, EVENT_STAYED_BY_HAND):
            self.hass.bus.async_listen(event_type, note)
        return lines

    def issues(self) -> list[dict[str, str]]:
        """Return what stands under Repairs, as the placeholders of its text; those of its title say the same."""
        return [
            {
                name: value
                for name, value in (issue.translation_placeholders or {}).items()
                if not name.endswith(("_in_title", "_in_choice")) and name != "page"
            }
            for issue in ir.async_get(self.hass).issues.values()
            if issue.domain == DOMAIN and issue.active
        ]

    def asks_for_key(self) -> int:
        """Return how many times Home Assistant is asking for a new key."""
        return len(list(self.entry.async_get_active_flows(self.hass, {"reauth"})))

    def log_lines(self, level: str) -> list[str]:
        """Return the integration's lines of one level in the log so far."""
        return [
            record.getMessage()
            for record in self.records.records
            if record.name.startswith(f"custom_components.{DOMAIN}")
            and record.levelname == level
        ]

    @override
    def close(self) -> None:
        """End the day; no call is left without an outcome, no error without somebody who hears of it."""
        hanging = [call for call in self.calls if not call.done]
        super().close()
        for call in self.calls:
            if call.done and not call.task.cancelled():
                call.task.exception()
        assert not hanging
        for line in self.records.lines:
            assert KEY not in line
            assert "never retrieved" not in line


def settings_of(entry: Entry) -> dict[str, Any]:
    """Return the leaves of a change, by their dotted names."""
    assert isinstance(entry.body, dict)
    return flatten(
        {name: part for name, part in entry.body.items() if isinstance(part, dict)}
    )
