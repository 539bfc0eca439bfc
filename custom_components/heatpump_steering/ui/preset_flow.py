"""The form in which a preset is put together."""

from collections.abc import Mapping, Set as AbstractSet
from datetime import timedelta
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME, STATE_OFF, STATE_ON, UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    DurationSelector,
    DurationSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..api import (
    OPTIMIZATIONS,
    ContradictoryChangeError,
    ControlMode,
    Setting,
    Settings,
    Value,
)
from ..model.errors import LimitError
from ..model.limits import (
    DIFFERENCES,
    RANGES,
    ColdHotWaterError,
    OutOfRangeError,
    check_order,
    check_values,
)
from .authentication import InputError, cleaned
from .errors import action_error
from .presets import (
    CONF_DURATION,
    STANDARD,
    SUBENTRY_PRESET,
    Preset,
    preset_data,
    reserved_names,
)
from .texts import async_error_text, async_load_texts, async_preset_name
from .units import in_own_unit, in_unit_of_house

SECTION_OPTIMIZATION: Final = "optimization"

_LONGEST: Final = timedelta(days=366)

_OTHERS: Final = (
    Setting.PREFERRED_TEMPERATURE,
    Setting.ALLOWED_BELOW,
    Setting.ALLOWED_ABOVE,
    Setting.CONTROL_MODE,
    Setting.SCHEDULE,
    Setting.HOT_WATER_MIN,
    Setting.HOT_WATER_MAX,
)


class PresetFlow(ConfigSubentryFlow):
    """Adds a preset, or changes one."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Put a new one together."""
        return await self._async_ask("user", None, user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change what it is called, what it sets, or for how long."""
        await async_load_texts(self.hass)
        preset = Preset.from_subentry(self.hass, self._get_reconfigure_subentry())
        return await self._async_ask("reconfigure", preset, user_input)

    async def _async_ask(
        self, step_id: str, present: Preset | None, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        """Show the form until it is right; `present` is the preset that is changed."""
        await async_load_texts(self.hass)
        errors: dict[str, str] = {}
        reason = ""
        if user_input is not None:
            try:
                standard, title = self._checked_name(user_input[CONF_NAME], present)
                values = _checked_values(self.hass, user_input)
                duration = _checked_duration(user_input.get(CONF_DURATION))
            except InputError as error:
                errors[error.field] = error.key
                reason = error.reason
            else:
                data = preset_data(values, duration, standard, title)
                if present is None:
                    return self.async_create_entry(title=title, data=data)
                return self.async_update_and_abort(
                    self._get_entry(),
                    self._get_reconfigure_subentry(),
                    title=title,
                    data=data,
                    # What is in force is not changed by it, which Home Assistant's own words do not say.
                    reason="reconfigure_successful",
                )
        suggested = user_input
        if suggested is None:
            # Without an empty name, the frontend would fill in the first one that it offers.
            suggested = (
                {CONF_NAME: ""} if present is None else _suggested(self.hass, present)
            )
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                _schema(self.hass, self._taken(present)), suggested
            ),
            errors=errors,
            description_placeholders={"reason": reason},
        )

    def _checked_name(
        self, typed: str, present: Preset | None
    ) -> tuple[str | None, str]:
        """Return which standard name it is, if any, and the title; raises InputError."""
        title = cleaned(typed)
        if not title:
            raise InputError(CONF_NAME, "name_missing")
        name = title.casefold()
        standard = None
        for mode in STANDARD:
            word = async_preset_name(self.hass, mode)
            if name in (mode, word.casefold()):
                standard, title = mode, word
        if name in reserved_names(self.hass):
            raise InputError(CONF_NAME, "name_reserved")
        if self._taken(present) & {title.casefold(), standard}:
            raise InputError(CONF_NAME, "name_taken")
        return standard, title

    def _taken(self, present: Preset | None) -> set[str]:
        """Return what the other presets are called, in lower case."""
        return set[str]().union(
            *(
                preset.names
                for subentry in self._get_entry().get_subentries_of_type(
                    SUBENTRY_PRESET
                )
                if (preset := Preset.from_subentry(self.hass, subentry)).override_name
                != (present and present.override_name)
            )
        )


def _checked_values(hass: HomeAssistant, user_input: Mapping[str, Any]) -> Settings:
    """Return the settings in °C and kelvin; raises InputError."""
    typed = {**user_input, **user_input[SECTION_OPTIMIZATION]}
    values = Settings.of(
        {
            setting: _from_form(hass, setting, typed[setting])
            for setting in Setting
            if setting in typed
        }
    )
    if not values:
        raise InputError("base", "nothing_to_set")
    try:
        values = values.checked()
        check_values(values, Settings(), on_vacation=False)
        check_order(values, values)
    except (LimitError, ContradictoryChangeError) as error:
        match error:
            case OutOfRangeError():
                field: str = error.setting
            case ColdHotWaterError():
                field = Setting.HOT_WATER_MIN
            case LimitError():
                field = Setting.HOT_WATER_MAX
            case _:
                field = "base"
        words = async_error_text(hass, action_error(hass, error))
        raise InputError(field, "refused", words) from error
    return values


def _checked_duration(typed: dict[str, float] | None) -> timedelta | None:
    """Return how long it lasts, None for until it is ended; raises InputError."""
    duration = timedelta(**(typed or {}))
    if duration > _LONGEST:
        raise InputError(CONF_DURATION, "too_long")
    return duration or None


def _from_form(hass: HomeAssistant, setting: Setting, typed: Value) -> Value:
    if setting in RANGES:
        return in_own_unit(hass, setting, typed)
    if setting is Setting.CONTROL_MODE:
        return ControlMode(str(typed))
    return typed == STATE_ON


def _in_form(hass: HomeAssistant, setting: Setting, value: Value) -> Value:
    if isinstance(value, bool):
        return STATE_ON if value else STATE_OFF
    return in_unit_of_house(hass, setting, value)


def _suggested(hass: HomeAssistant, preset: Preset) -> dict[str, Any]:
    """Return what the form of a preset is filled in with."""
    values = {
        str(setting): _in_form(hass, setting, value)
        for setting, value in preset.values.items()
    }
    suggested = {CONF_NAME: preset.label, **values, SECTION_OPTIMIZATION: values}
    if preset.duration is not None:
        minutes, seconds = divmod(int(preset.duration.total_seconds()), 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        suggested[CONF_DURATION] = {
            "days": days,
            "hours": hours,
            "minutes": minutes,
            "seconds": seconds,
        }
    return suggested


def _schema(hass: HomeAssistant, taken: AbstractSet[str]) -> vol.Schema:
    """Return the form, in the house's own unit; every setting may be left out, and emptied again.

    What is taken, in lower case, is not offered as a name.
    """
    words = [async_preset_name(hass, mode) for mode in STANDARD]
    return vol.Schema(
        {
            vol.Required(CONF_NAME): SelectSelector(
                SelectSelectorConfig(
                    # Words and not keys for them: where a value can be typed, the frontend shows it as it is.
                    options=[word for word in words if word.casefold() not in taken],
                    custom_value=True,
                    mode=SelectSelectorMode.DROPDOWN,
                )
            ),
            **{
                vol.Optional(str(setting)): setting_field(hass, setting)
                for setting in _OTHERS
            },
            vol.Required(SECTION_OPTIMIZATION): section(
                vol.Schema(
                    {
                        vol.Optional(str(setting)): setting_field(hass, setting)
                        for setting in OPTIMIZATIONS
                    }
                ),
                {"collapsed": True},
            ),
            vol.Optional(CONF_DURATION): DurationSelector(
                DurationSelectorConfig(enable_day=True, enable_second=False)
            ),
        }
    )


def setting_field(
    hass: HomeAssistant, setting: Setting
) -> NumberSelector | SelectSelector:
    """Return what takes a value of a setting, in the house's own unit."""
    if setting in RANGES:
        unit = hass.config.units.temperature_unit
        is_coarse = unit == UnitOfTemperature.FAHRENHEIT and setting not in DIFFERENCES
        # Without a range: what is outside is refused at the field, in the house's language.
        return NumberSelector(
            NumberSelectorConfig(
                step=1 if is_coarse else RANGES[setting].step,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=unit,
            )
        )
    is_switch = setting is not Setting.CONTROL_MODE
    return SelectSelector(
        SelectSelectorConfig(
            options=[STATE_ON, STATE_OFF]
            if is_switch
            else [mode.value for mode in ControlMode],
            # Only this can be emptied again.
            mode=SelectSelectorMode.DROPDOWN,
            translation_key="on_off" if is_switch else "control_mode",
        )
    )
