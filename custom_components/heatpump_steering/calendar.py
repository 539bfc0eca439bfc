"""The calendar in which vacations are planned."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final, override

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.components.calendar.const import (
    EVENT_DESCRIPTION,
    EVENT_END,
    EVENT_LOCATION,
    EVENT_RRULE,
    EVENT_START,
    EVENT_SUMMARY,
    CalendarEntityFeature,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .entity import SteeringEntity
from .model.schedule import (
    FIRST_YEAR,
    LAST_YEAR,
    Plan,
    current_or_next,
    is_reckonable,
    new_uid,
    reckonable,
)
from .ui.errors import wrong_input
from .ui.ids import CALENDAR
from .ui.texts import async_common_text

# Nothing here waits for the cloud.
PARALLEL_UPDATES = 0

_YEAR: Final = timedelta(days=366)
# No day is longer.
LONGEST_DAY: Final = timedelta(hours=25)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HeatPumpSteeringConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the calendar."""
    coordinator = entry.runtime_data
    # The home's, which stays the same when a second heat pump turns up.
    unique_id = coordinator.inventory.identifiers.unique_id(
        coordinator.home.device_id, CALENDAR
    )
    registry = er.async_get(hass)
    if not registry.async_get_entity_id(Platform.CALENDAR, DOMAIN, unique_id):
        # It stays the same entity after the entry was told to be about another heat pump, or about all.
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
            if entity.domain == Platform.CALENDAR:
                registry.async_update_entity(entity.entity_id, new_unique_id=unique_id)
    async_add_entities([VacationCalendar(coordinator, unique_id)])


class VacationCalendar(SteeringEntity, CalendarEntity):
    """The vacations of the home: on while there is one."""

    _attr_supported_features = (
        CalendarEntityFeature.CREATE_EVENT
        | CalendarEntityFeature.DELETE_EVENT
        | CalendarEntityFeature.UPDATE_EVENT
    )
    # The passing of time is followed by Home Assistant.
    basis = ("_plans",)

    def __init__(self, coordinator: SteeringCoordinator, unique_id: str) -> None:
        """Belong to the home, or to the only heat pump."""
        super().__init__(coordinator, coordinator.home.main_target, CALENDAR)
        self._attr_unique_id = unique_id
        self._attr_assumed_state = False

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Move to the home's device when there are several heat pumps, and back when there is only one again."""
        target = self.coordinator.home.main_target
        if target != self.target:
            self.target = target
            device = dr.async_get(self.hass).async_get_or_create(
                config_entry_id=self.coordinator.config_entry.entry_id,
                **self.device_info,
            )
            er.async_get(self.hass).async_update_entity(
                self.entity_id, device_id=device.id
            )
        super()._handle_coordinator_update()

    @property
    @override
    def available(self) -> bool:
        """Plans need no cloud."""
        return True

    @property
    def _plans(self) -> tuple[Plan, ...]:
        return self.coordinator.vacations.plans

    @property
    @override
    def event(self) -> CalendarEvent | None:
        plan = current_or_next(
            self._plans, dt_util.utcnow(), dt_util.get_default_time_zone()
        )
        return None if plan is None else self._event(plan)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the vacations of a time. Who asks from today on, as a dashboard does, looks ahead: there are none that are over."""
        zone = dt_util.get_default_time_zone()
        now = dt_util.utcnow()
        looks_ahead = now - start_date < LONGEST_DAY
        return [
            event
            for plan in sorted(self._plans, key=lambda it: it.begins(zone))
            if not (looks_ahead and plan.is_over(now, zone))
            for event in (self._event(plan),)
            if event.start_datetime_local < end_date
            and event.end_datetime_local > start_date
        ]

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        """Plan a vacation; raises ServiceValidationError for one that is over."""
        plan = _plan(new_uid(), kwargs)
        if plan.is_over(dt_util.utcnow(), dt_util.get_default_time_zone()):
            raise wrong_input("vacation_in_the_past")
        await self._async_plan([*self._plans, plan])

    @override
    async def async_update_event(
        self,
        uid: str,
        event: dict[str, Any],
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Plan a vacation differently, also while it runs."""
        before = self._find(uid)
        changed = _plan(uid, event)
        if before.end is None:
            shown = self._event(before)
            # Nobody has touched what is shown of a vacation without an end.
            if changed.end == _in_utc(shown.end):
                changed = replace(changed, end=None)
            if changed.description == shown.description:
                changed = replace(changed, description=before.description)
        await self._async_plan(
            changed if plan.uid == uid else plan for plan in self._plans
        )

    @override
    async def async_delete_event(
        self,
        uid: str,
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Plan a vacation no more; one that runs ends."""
        self._find(uid)
        await self._async_plan(plan for plan in self._plans if plan.uid != uid)

    async def _async_plan(self, plans: Iterable[Plan]) -> None:
        await self.coordinator.async_do_for_a_while(
            None, self.coordinator.vacations.async_plan(plans), self._context
        )

    def _event(self, plan: Plan) -> CalendarEvent:
        """Return the plan as an event of Home Assistant, where each has an end: that of an open one is a year ahead."""
        start, description = reckonable(plan.start), plan.description
        if plan.end is None:
            end: date = dt_util.start_of_local_day() + _YEAR
            description = description or async_common_text(self.hass, "open_vacation")
        else:
            end = reckonable(plan.end)
        if isinstance(start, datetime):
            start = dt_util.as_local(start)
        if isinstance(end, datetime):
            end = dt_util.as_local(end)
        if end <= start:
            # Wholly beyond the years for which one can be planned.
            end = start + timedelta(days=1)
        return CalendarEvent(
            start=start,
            end=end,
            summary=plan.summary,
            description=description,
            location=plan.location,
            uid=plan.uid,
        )

    def _find(self, uid: str) -> Plan:
        for plan in self._plans:
            if plan.uid == uid:
                return plan
        raise wrong_input("vacation_not_found")


def _plan(uid: str, event: dict[str, Any]) -> Plan:
    """Return the plan that an event means; raises ServiceValidationError for one that repeats or is out of reach."""
    if event.get(EVENT_RRULE):
        raise wrong_input("vacation_repeats")
    if not (is_reckonable(event[EVENT_START]) and is_reckonable(event[EVENT_END])):
        raise wrong_input(
            "vacation_out_of_reach", first=str(FIRST_YEAR), last=str(LAST_YEAR)
        )
    return Plan(
        uid=uid,
        summary=event[EVENT_SUMMARY],
        start=_in_utc(event[EVENT_START]),
        end=_in_utc(event[EVENT_END]),
        description=event.get(EVENT_DESCRIPTION),
        location=event.get(EVENT_LOCATION),
    )


def _in_utc(start_or_end: date) -> date:
    """Return a moment as such: the house may be in another time zone by then."""
    if isinstance(start_or_end, datetime):
        return dt_util.as_utc(start_or_end)
    return start_or_end
