"""What Home Assistant offers to do about an issue."""

from collections.abc import Callable
import json
from typing import ClassVar, Final

import voluptuous as vol

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .api import Setting, Settings
from .const import DOMAIN, Target
from .coordinator import SteeringCoordinator
from .model.identity import Question
from .ui.markdown import escaped
from .ui.new_id import async_replace_id_unconnected
from .ui.texts import async_error_text

CONF_HEAT_PUMP: Final = "heat_pump"


class SteeringRepairsFlow(RepairsFlow):
    """Says what is so, and offers what can be done about it."""

    menu_options: ClassVar[list[str]]

    @property
    def _issue(self) -> ir.IssueEntry | None:
        """Return the issue as it is now; there is none any more if it has settled itself meanwhile."""
        return ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)

    @property
    def _placeholders(self) -> dict[str, str] | None:
        return self._issue.translation_placeholders if self._issue else None

    @property
    def _entry(self) -> ConfigEntry | None:
        assert self.data is not None
        return self.hass.config_entries.async_get_entry(str(self.data["entry_id"]))

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show the menu."""
        return self.async_show_menu(
            step_id="init",
            menu_options=self.menu_options,
            description_placeholders=self._placeholders,
        )

    async def async_set(
        self, change: Callable[[SteeringCoordinator, Target], Settings]
    ) -> RepairsFlowResult:
        """Bring what there is to change to the cloud; that it cannot be done, or has settled itself, is said."""
        assert self.data is not None
        entry = self._entry
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_connected")
        coordinator: SteeringCoordinator = entry.runtime_data
        target = str(self.data["target"]) or None
        if not (settings := change(coordinator, target)):
            return self.async_abort(reason="settled")
        try:
            await coordinator.async_change(target, settings)
        except HomeAssistantError as error:
            return self.async_abort(
                reason="failed",
                description_placeholders={
                    "reason": escaped(async_error_text(self.hass, error))
                },
            )
        return self.async_create_entry(data={})

    def async_leave(self) -> RepairsFlowResult:
        """Leave it as it is, and ask no more while it stays so."""
        ir.async_ignore_issue(self.hass, DOMAIN, self.issue_id, True)
        return self.async_abort(reason="left")


class HotWaterFlow(SteeringRepairsFlow):
    """Puts a hot-water minimum below 40 °C right, or leaves it."""

    menu_options: ClassVar[list[str]] = ["put_back", "leave"]

    async def async_step_put_back(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Set the value from before; a maximum below it, which can only be one below 40 °C, is raised with it."""
        assert self.data is not None
        before = self.data["before"]
        assert isinstance(before, float)

        def change(coordinator: SteeringCoordinator, target: Target) -> Settings:
            maximum = coordinator.home.shown(target).hot_water_max
            return Settings(
                hot_water_min=before,
                hot_water_max=before
                if maximum is not None and maximum < before
                else None,
            )

        return await self.async_set(change)

    async def async_step_leave(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Leave it as it is."""
        return self.async_leave()


class NotKeptFlow(SteeringRepairsFlow):
    """Sends what the cloud has not kept once more, or leaves it."""

    menu_options: ClassVar[list[str]] = ["send_again", "leave"]

    async def async_step_send_again(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Send it, if the cloud still has not kept it."""
        assert self.data is not None
        setting = Setting(str(self.data["setting"]))

        def change(coordinator: SteeringCoordinator, target: Target) -> Settings:
            not_kept = coordinator.home.shadow(target).not_kept.get(setting)
            return Settings.of({setting: not_kept.accepted} if not_kept else {})

        return await self.async_set(change)

    async def async_step_leave(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Leave it as it is."""
        return self.async_leave()


class SameHeatPumpFlow(SteeringRepairsFlow):
    """Takes a heat pump for one that has gone, or for another one."""

    menu_options: ClassVar[list[str]] = ["same", "other"]

    async def async_step_same(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Let it have all that the other one had; ask which one that is, where there are several."""
        entry, question = self._entry, self._question
        if entry is None or question is None:
            return self.async_abort(reason="settled")
        choice = question.there if question.only_one else question.gone
        if user_input is not None:
            chosen = user_input[CONF_HEAT_PUMP]
            if chosen not in choice:
                # It is back meanwhile.
                return self.async_abort(reason="settled")
        elif len(choice) > 1:
            options = [
                SelectOptionDict(value=device_id, label=name)
                for device_id, name in choice.items()
            ]
            selector = SelectSelector(
                SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST)
            )
            return self.async_show_form(
                step_id="same",
                data_schema=vol.Schema({vol.Required(CONF_HEAT_PUMP): selector}),
                description_placeholders=self._placeholders,
            )
        else:
            (chosen,) = choice
        (other,) = question.gone if question.only_one else question.there
        before, after = (other, chosen) if question.only_one else (chosen, other)
        await async_replace_id_unconnected(self.hass, entry, before, after)
        await self.hass.config_entries.async_setup(entry.entry_id)
        return self.async_create_entry(data={})

    async def async_step_other(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Leave them apart; of a heat pump that stays missed it would be asked again."""
        if self._question is not None and self._question.only_one:
            return self.async_leave()
        return self.async_create_entry(data={})

    @property
    def _question(self) -> Question | None:
        if self._issue is None or self._issue.data is None:
            return None
        return Question.from_json(json.loads(str(self._issue.data["question"])))


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the flow that mends an issue."""
    if data is None:
        return ConfirmRepairFlow()
    if "question" in data:
        return SameHeatPumpFlow()
    return NotKeptFlow() if "setting" in data else HotWaterFlow()
