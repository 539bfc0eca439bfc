"""The home whose power is cut: two heat pumps, set differently."""

from simulator import Cloud

from .house import HEAT_PUMPS, KEY, USER


def household(cloud: Cloud) -> None:
    """Put it into a cloud."""
    for device_id, preferred, schedule in zip(
        HEAT_PUMPS, (20.5, 21.5), (False, True), strict=True
    ):
        cloud.add_heat_pump(
            device_id,
            USER,
            key=KEY,
            settings={
                "room": {
                    "temperature_lower_bound": 1.5,
                    "temperature_upper_bound": 1.5,
                    "preferred_temperature": preferred,
                    "schedule_enabled": schedule,
                    "temperature_control_mode": "heating",
                },
                "dhw": {"temperature_lower_bound": 45, "temperature_upper_bound": 55},
                "optimization_settings": {
                    "pv_self_consumption": False,
                    "dynamic_tariff": True,
                    "flex_trading": False,
                },
            },
        )
