"""Every error as Home Assistant's exception, with a text that a homeowner can act on."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.update_coordinator import UpdateFailed

from ..api import (
    AnswerTooLongError,
    BadKeyError,
    ContradictoryChangeError,
    NotFoundError,
    NothingListedError,
    NotUnderstandableError,
    PassedOver,
    RefusedError,
    SteeringError,
    TooManyRequestsError,
    UnavailableError,
)
from ..const import DOMAIN
from ..model.band import (
    BandTooWideError,
    EdgesOutsideError,
    EdgesTooFarApartError,
    TargetOutsideBandError,
)
from ..model.errors import (
    LimitError,
    NotKeptError,
    PendingError,
    Problem,
    SettingsUnknownError,
    StoppedError,
    StorageError,
    UncertainError,
)
from ..model.limits import (
    COLDEST_HOT_WATER,
    ColdHotWaterError,
    HotWaterOrderError,
    OutOfRangeError,
)
from .texts import (
    async_common_text,
    async_error_text,
    async_value_text,
    difference_text,
    temperature_text,
)

_READ_ERRORS: Mapping[type[SteeringError], str] = {
    NotFoundError: "read_not_found",
    AnswerTooLongError: "read_not_understandable",
    NotUnderstandableError: "read_not_understandable",
    BadKeyError: "read_bad_key",
    NothingListedError: "no_heat_pumps",
    TooManyRequestsError: "too_many_requests",
}
"""The texts of what stands in the way of reading, but for those that need no more than a reason."""


def read_error(
    hass: HomeAssistant, error: SteeringError, retry_after: float | None = None
) -> UpdateFailed:
    """Return what a poll raises for what stands in the way of reading; `retry_after` in seconds where it is asked for."""
    return UpdateFailed(
        translation_domain=DOMAIN,
        translation_key=_READ_ERRORS.get(type(error), "read_failed"),
        translation_placeholders={"reason": reason_text(hass, error)},
        retry_after=retry_after,
    )


def action_error(
    hass: HomeAssistant, error: Problem | PendingError, *, can_read: bool = False
) -> HomeAssistantError:
    """Return what an action raises for an error: ServiceValidationError where the change itself is at fault."""
    match error:
        case OutOfRangeError():
            return wrong_input(
                f"out_of_range_{error.setting}",
                value=async_value_text(hass, error.setting, error.value),
                minimum=async_value_text(hass, error.setting, error.range.minimum),
                maximum=async_value_text(hass, error.setting, error.range.maximum),
            )
        case ColdHotWaterError():
            return wrong_input(
                "hot_water_too_cold",
                value=temperature_text(hass, error.value),
                coldest=temperature_text(hass, COLDEST_HOT_WATER),
            )
        case HotWaterOrderError():
            return wrong_input(
                "hot_water_order",
                minimum=temperature_text(hass, error.minimum),
                maximum=temperature_text(hass, error.maximum),
            )
        case BandTooWideError():
            return wrong_input(
                f"band_too_wide_{error.setting}",
                limit=difference_text(hass, error.limit),
                preferred=temperature_text(hass, error.preferred),
                edge=temperature_text(hass, error.edge),
            )
        case EdgesTooFarApartError():
            return wrong_input(
                "edges_too_far_apart",
                limit=difference_text(hass, error.limit),
                low=temperature_text(hass, error.band.low),
                high=temperature_text(hass, error.band.low + error.limit),
            )
        case EdgesOutsideError():
            return wrong_input(
                "edges_outside",
                minimum=temperature_text(hass, error.range.minimum),
                maximum=temperature_text(hass, error.range.maximum),
            )
        case TargetOutsideBandError():
            return wrong_input(
                "target_outside_band",
                low=temperature_text(hass, error.band.low),
                high=temperature_text(hass, error.band.high),
            )
        case ContradictoryChangeError():
            return wrong_input("flex_trading_excludes")
        case RefusedError():
            return wrong_input("refused", reason=reason_text(hass, error))
        case StorageError():
            return _failure("storage")
        case StoppedError():
            return _failure("stopped")
        case PendingError():
            reason = pending_reason(hass, error.problem)
            return _failure(f"{error.pending}_pending", reason=reason)
        case SettingsUnknownError():
            return wrong_input("nothing_to_return_to")
        case BadKeyError():
            return _failure("key_may_only_read" if can_read else "bad_key")
        case NotFoundError():
            return _failure("not_found")
        case TooManyRequestsError():
            return _failure("too_many_requests")
        case UnavailableError():
            return _failure("unavailable", reason=reason_text(hass, error))
        case UncertainError():
            reason = reason_text(hass, error.last).rstrip(".")
            return _failure("uncertain", reason=reason)
        case _:
            return _failure("not_understandable", reason=reason_text(hass, error))


def reason_text(hass: HomeAssistant, error: Exception) -> str:
    """Return a reason to be quoted, in the house's language; for what the cloud refused, its own words."""
    match error:
        case UnavailableError(status=None):
            return async_common_text(hass, f"reason_{error.failure}")
        case UnavailableError():
            return async_common_text(hass, "reason_status", status=str(error.status))
        case AnswerTooLongError():
            return async_common_text(hass, "reason_too_long")
        case NotUnderstandableError():
            return f"HTTP {error.status}"
        case BadKeyError():
            return async_common_text(hass, "reason_bad_key")
        case NothingListedError():
            return nothing_listed_reason(hass, error.passed_over, error.device_id)
        case NotFoundError():
            return async_common_text(hass, "reason_not_found")
        case LimitError() | TooManyRequestsError():
            return async_error_text(hass, action_error(hass, error))
        case SteeringError():
            return str(error)
        case _:
            return async_common_text(hass, "reason_unexpected")


def nothing_listed_reason(
    hass: HomeAssistant, passed_over: PassedOver, device_id: str | None
) -> str:
    """Return why there is no heat pump, to be quoted, in the house's language; `device_id` where only one is looked for."""
    if device_id is not None:
        return async_common_text(hass, "reason_one_not_listed", device_id=device_id)
    if passed_over.other_kinds:
        return async_common_text(
            hass, "reason_only_other_kinds", kinds=passed_over.kinds
        )
    if passed_over.other_users:
        return async_common_text(hass, "reason_only_other_users")
    return async_common_text(hass, "reason_none_listed")


def pending_reason(hass: HomeAssistant, problem: Problem) -> str:
    """Return why something could not be done yet that is tried on: without advice for who would have to try again."""
    match problem:
        case UnavailableError():
            return reason_text(hass, problem)
        case SettingsUnknownError():
            return async_common_text(hass, "settings_unknown")
        case NotKeptError():
            return async_common_text(hass, "not_kept")
        case _:
            return async_error_text(hass, action_error(hass, problem))


def wrong_input(key: str, **placeholders: str) -> ServiceValidationError:
    """Return what an action raises for input that cannot be, with the text of a translation key."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def _failure(key: str, **placeholders: str) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
