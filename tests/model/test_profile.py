"""What a vacation sets, given what is set at home."""

import pytest

from custom_components.heatpump_steering.api import ControlMode, Settings
from custom_components.heatpump_steering.model.profile import Profile

HEATING, COOLING, AUTO, OFF = (
    ControlMode.HEATING,
    ControlMode.COOLING,
    ControlMode.AUTO,
    ControlMode.OFF,
)


@pytest.mark.parametrize(
    ("at_home", "on_vacation", "preferred", "band"),
    [
        (HEATING, None, 16, (None, None)),
        (COOLING, None, 26, (None, None)),
        (AUTO, None, 21, (5, 5)),
        (OFF, None, 16, (None, None)),
        (HEATING, COOLING, 26, (None, None)),
        (COOLING, HEATING, 16, (None, None)),
        (HEATING, AUTO, 21, (5, 5)),
        (AUTO, OFF, 16, (None, None)),
        (None, COOLING, 16, (None, None)),
    ],
)
def test_by_the_mode_of_the_vacation(
    at_home: ControlMode | None,
    on_vacation: ControlMode | None,
    preferred: float,
    band: tuple[float | None, float | None],
) -> None:
    """What asks for less depends on the mode during the vacation: its own, else that of home.

    What is unknown at home is left alone, the mode as well.
    """
    home = Settings(
        preferred_temperature=21.0,
        allowed_below=1.0,
        allowed_above=2.0,
        control_mode=at_home,
    )
    change = Settings(preferred_temperature=16.0, control_mode=on_vacation)
    values = Profile(change=change).values(home)
    assert values.preferred_temperature == preferred
    assert (values.allowed_below, values.allowed_above) == band
    assert values.control_mode == (on_vacation if at_home is not None else None)
