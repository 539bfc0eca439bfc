"""The demo household: what `python -m simulator` starts with."""

from collections.abc import Callable
from typing import Any, Final

from .cloud import Cloud

DEMO_KEY: Final = "demo-key"
DEMO_HOME: Final = "demo-home"
NEIGHBOUR: Final = "neighbour-home"
SUPPLIER: Final = "Demo Energy"


_HEAT_PUMPS: Final[tuple[dict[str, Any], ...]] = (
    {
        "device_id": "demo-s735",
        "model": "S735",
        "model_type": "exhaust-air",
        "settings": {
            "room": {
                "temperature_lower_bound": 1,
                "temperature_upper_bound": 1.5,
                "preferred_temperature": 20.5,
                "schedule_enabled": False,
                "temperature_control_mode": "heating",
            },
            "dhw": {"temperature_lower_bound": 45, "temperature_upper_bound": 55},
            "optimization_settings": {
                "pv_self_consumption": False,
                "dynamic_tariff": True,
                "flex_trading": False,
            },
        },
    },
    {
        "device_id": "demo-s1256",
        "model": "S1256",
        "model_type": "ground-source",
        "settings": {
            "room": {
                "temperature_lower_bound": 1.5,
                "temperature_upper_bound": 2,
                "preferred_temperature": 21,
                "schedule_enabled": True,
                "temperature_control_mode": "auto",
            },
            "dhw": {"temperature_lower_bound": 42, "temperature_upper_bound": 58},
            "optimization_settings": {
                "pv_self_consumption": True,
                "dynamic_tariff": True,
                "flex_trading": False,
            },
        },
    },
)
MOST_HEAT_PUMPS: Final = len(_HEAT_PUMPS)


def demo_household(
    key: str = DEMO_KEY, home: str = DEMO_HOME, heat_pumps: int = MOST_HEAT_PUMPS
) -> Callable[[Cloud], None]:
    """Return what fills a cloud: a home with one heat pump or two, and a neighbour who must never be seen from there."""

    def fill(cloud: Cloud) -> None:
        cloud.add_supplier(key, SUPPLIER)
        for heat_pump in _HEAT_PUMPS[:heat_pumps]:
            cloud.add_heat_pump(user_id=home, supplier=SUPPLIER, **heat_pump)
        cloud.add_heat_pump(
            "neighbour-s2125",
            NEIGHBOUR,
            supplier=SUPPLIER,
            model="S2125",
            model_type="air-to-water",
        )

    return fill
