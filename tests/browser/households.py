"""Who is connected to the simulated cloud: most visits are to a home with a single heat pump, as most homes have."""

from typing import Final

from simulator.cloud import Cloud
from simulator.demo import SUPPLIER, demo_household

USER_ID: Final = "our-home"
HEAT_PUMP: Final = "our-heat-pump"


def households(cloud: Cloud) -> None:
    """Fill a cloud: the demo's two homes, and ours."""
    demo_household()(cloud)
    cloud.add_heat_pump(
        HEAT_PUMP,
        USER_ID,
        supplier=SUPPLIER,
        model="S735",
        model_type="exhaust-air",
        settings={
            "room": {
                "temperature_lower_bound": 1,
                "temperature_upper_bound": 1.5,
                "preferred_temperature": 20.5,
                "schedule_enabled": False,
                "temperature_control_mode": "auto",
            },
            "dhw": {"temperature_lower_bound": 45, "temperature_upper_bound": 55},
            "optimization_settings": {
                "pv_self_consumption": True,
                "dynamic_tariff": True,
                "flex_trading": False,
            },
        },
    )
