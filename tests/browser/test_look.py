"""How it looks: in both languages, by day and by night, at a desk and on a phone."""

from playwright.async_api import FloatRect, expect
import pytest

from .home import Home
from .pictures import Pictures
from .scenes import ALL, VIEWPORTS, Scene
from .visitor import Visitor


@pytest.mark.parametrize("scene", ALL, ids=str)
@pytest.mark.usefixtures("past")
async def test_look(
    home: Home, visitor: Visitor, pictures: Pictures, scene: Scene
) -> None:
    """Every page is complete, in the right language and colours, and nothing sticks out of it."""
    page = visitor.page

    await visitor.go("/heat-pump")
    await visitor.sees_theme(scene.theme)
    thermostat = visitor.card("climate.heat_pump")
    await expect(thermostat.locator("ha-control-circular-slider")).to_be_visible()
    await visitor.sees_graph(lines=4, points=10)
    await visitor.sees_calendar()
    await visitor.finds_all_cards_well()
    if scene.language == "en":  # the one that the dashboard is written in
        assert await visitor.names_cut_short() == []
        if scene.size == "desktop":
            # As wide as a laptop: its columns fill the page, and can be read where the picture is small.
            await page.set_viewport_size(VIEWPORTS["laptop"])
            await visitor.finds_all_cards_well()
        pictures.keep(
            f"dashboard-{scene.size}-{scene.theme}",
            await page.screenshot(full_page=True),
        )
        await page.set_viewport_size(VIEWPORTS[scene.size])

    await thermostat.locator("ha-icon-button").last.click()
    await expect(
        page.locator("more-info-climate ha-control-circular-slider")
    ).to_be_visible()

    await visitor.go(f"/config/devices/device/{await home.device_id()}")
    await expect(visitor.card("number.heat_pump_hot_water_min")).to_be_visible()
    await visitor.finds_all_cards_well()
    if scene.size == "desktop":
        # Without the activity, in which there is what other tests have done.
        clip = FloatRect(x=0, y=0, width=1044, height=900)
        pictures.keep(f"device-{scene.theme}", await page.screenshot(clip=clip))

    await visitor.go("/config/integrations/integration/heatpump_steering")
    await expect(page.locator("ha-config-entry-row")).to_be_visible()
    assert visitor.errors == []
