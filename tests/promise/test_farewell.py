"""A home that is removed while the cloud is slow: some twenty seconds, and not more."""

import pytest

from homeassistant.components import persistent_notification

from .holidays import HOT_WATER_MIN, Begin, Holidays


def removed(day: Holidays) -> float:
    """Remove the home, and return how many seconds that took."""

    def remove() -> None:
        day.wait_for(day.hass.config_entries.async_remove(day.entry.entry_id))

    return day.took(remove)


def said(day: Holidays) -> list[str]:
    """Return what the notifications say."""
    shown = day.hass.data.get(persistent_notification.DOMAIN, {})
    return [it["message"].replace("\\", "") for it in shown.values()]


def bath(begin: Begin) -> Holidays:
    """Return a day on which the hot water is hotter for a while."""
    day = begin("hp-1")
    day.done(day.begin("heatpump_steering.override_settings", {"hot_water_min": 55}))
    assert day.held(HOT_WATER_MIN) == 55
    return day


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_no_answer(begin: Begin, method: str) -> None:
    """Somebody who removes a home does not wait for ever for a cloud that does not answer, and learns what is left."""
    day = bath(begin)
    day.cloud.weather.add(method=method, hold="before")
    assert removed(day) <= 21
    (message,) = said(day)
    assert "Hot water min 45 °C" in message


def test_late_answer(begin: Begin) -> None:
    """A change that is on its way when time is up has some more."""
    day = bath(begin)
    day.cloud.weather.add(method="PATCH", latency=14)
    assert 13 <= removed(day) <= 21
    assert said(day) == []
    assert day.held(HOT_WATER_MIN) == 45


def test_passing_trouble(begin: Begin) -> None:
    """What passes by itself is tried again."""
    day = bath(begin)
    day.cloud.weather.add(method="GET", status=503, times=2)
    day.cloud.weather.add(method="PATCH", status=503, times=2)
    assert removed(day) <= 21
    assert said(day) == []
    assert day.held(HOT_WATER_MIN) == 45
