"""The first evening: the integration is added from Home Assistant's own pages."""

from typing import Final

from playwright.async_api import expect

from scripts.demo import House
from scripts.demo.simulated import KEY
from simulator import Simulator

from .households import USER_ID
from .visitor import Visitor

WRONG_KEY: Final = "not-the-key"


async def test_install(cloud: Simulator, empty_house: House, visitor: Visitor) -> None:
    """A wrong key is told as such and asked for again; with the right one the heat pump is there, as it was."""
    page = visitor.page
    await visitor.go("/config/integrations/dashboard")
    form = await visitor.add_integration()
    await form.locator("input[name=api_key]").fill(WRONG_KEY)
    await form.locator("input[name=user_id]").fill(USER_ID)
    await visitor.pick_server(form, cloud.url)
    await visitor.press("ui.panel.config.integrations.config_flow.submit")
    await expect(form.locator("ha-alert")).to_contain_text(
        visitor.said("config.error.invalid_auth")
    )
    assert not await empty_house.entries()

    await form.locator("input[name=api_key]").fill(KEY)
    await visitor.press("ui.panel.config.integrations.config_flow.submit")
    await visitor.pick_room_sensor(form)
    await visitor.press("ui.panel.config.integrations.config_flow.submit")
    done = page.locator("step-flow-create-entry")
    await expect(done).to_contain_text(
        visitor.said("config.create_entry.with_room_sensor").split("*")[0]
    )
    await visitor.press("ui.panel.config.integrations.config_flow.finish_skip")
    [entry] = await empty_house.entries()
    await empty_house.wait_for_entry(entry["entry_id"])
    await visitor.reads(
        "climate.heat_pump",
        "heat_cool",
        target_temp_low=19.5,
        target_temp_high=22,
        current_temperature=20.3,
    )
    assert not [
        entry for entry in cloud.journal.entries(method="PATCH") if entry.key_right
    ]
    assert entry["title"] == USER_ID
