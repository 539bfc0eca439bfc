"""What Home Assistant offers to do about an issue."""

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .api import Settings
from .const import DOMAIN
from .coordinator import SteeringCoordinator
from .markdown import escaped
from .wording import async_error_text


class HotWaterFlow(RepairsFlow):
    """Puts a hot-water minimum below 40 °C right, or leaves it."""

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say what is so, and offer both."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return self.async_show_menu(
            step_id="init",
            menu_options=["put_back", "leave"],
            description_placeholders=issue.translation_placeholders if issue else None,
        )

    async def async_step_put_back(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Set the value from before; a maximum below it, which can only be one below 40 °C, is raised with it."""
        assert self.data is not None
        entry = self.hass.config_entries.async_get_entry(str(self.data["entry_id"]))
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_connected")
        coordinator: SteeringCoordinator = entry.runtime_data
        target = str(self.data["target"]) or None
        before = self.data["before"]
        assert isinstance(before, float)
        maximum = coordinator.shown(target).hot_water_max
        change = Settings(
            hot_water_min=before,
            hot_water_max=before if maximum is not None and maximum < before else None,
        )
        try:
            await coordinator.async_change(target, change)
        except HomeAssistantError as error:
            return self.async_abort(
                reason="failed",
                description_placeholders={
                    "reason": escaped(async_error_text(self.hass, error))
                },
            )
        return self.async_create_entry(data={})

    async def async_step_leave(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Leave it as it is, and ask no more while it stays so."""
        ir.async_ignore_issue(self.hass, DOMAIN, self.issue_id, True)
        return self.async_abort(reason="left")


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the flow that mends an issue."""
    return HotWaterFlow() if data else ConfirmRepairFlow()
