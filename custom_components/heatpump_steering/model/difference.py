"""What has to be sent to a heat pump so that it comes to what is desired of it."""

from ..api import Setting, Settings, Value, same_value
from .limits import is_cold
from .overrides import Overrides


def to_send(state: Overrides, shown: Settings, *, readable: bool) -> Settings:
    """Return what has to be sent so that the cloud comes to what is desired.

    `shown` is what the cloud holds as far as is known: with what it has taken and no read has shown yet. What is
    unknown waits until it is known, where it can be read.
    """
    desired, overridden = state.desired(), state.overridden
    change: dict[Setting, Value] = {}
    for setting, it in state.tracked.items():
        wanted, value = desired.get(setting), shown.get(setting)
        if wanted is None or (value is None and readable):
            continue
        if (
            setting in state.followed
            and setting not in overridden
            and (
                is_cold(shown)
                or (it.sent is not None and is_cold(Settings.of({setting: it.sent})))
            )
        ):
            # Set cold during a vacation that leaves the hot water alone: it ends with it.
            continue
        if it.sent is None and same_value(wanted, state.base.get(setting)):
            is_there = value is not None and it.is_there(value, wanted)
        elif not (it.accepted and same_value(it.sent, wanted)):
            # A read that shows it may be one from before.
            is_there = False
        else:
            is_there = not readable or (
                value is not None and it.is_there(value, wanted)
            )
        if not is_there:
            change[setting] = wanted
    minimum, maximum = change.get(Setting.HOT_WATER_MIN), shown.hot_water_max
    if (
        isinstance(minimum, float)
        and maximum is not None
        and maximum < minimum
        and Setting.HOT_WATER_MAX not in change
    ):
        # The cloud would refuse a minimum above the maximum that it holds.
        change[Setting.HOT_WATER_MAX] = max(desired.hot_water_max or minimum, minimum)
    return Settings.of(change)
