"""What the house calls an override."""

from homeassistant.core import HomeAssistant, callback

from ..model.override import OURS
from .texts import async_state_text


@callback
def async_override_name(hass: HomeAssistant, name: str) -> str:
    """Return what an override of this name is called: ours in the house's language, any other as it was given."""
    return async_state_text(hass, "sensor.for_a_while", name) if name in OURS else name
