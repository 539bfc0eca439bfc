"""Diagnostics, downloaded as somebody does who asks for help."""

import json

from scripts.demo.simulated import KEY

from .home import Home
from .households import HEAT_PUMP, USER_ID
from .visitor import Visitor


async def test_download(home: Home, visitor: Visitor) -> None:
    """The file tells what is set, and neither the key nor who it is."""
    page = visitor.page
    await visitor.go("/config/integrations/integration/heatpump_steering")
    entry = page.locator(f"ha-config-entry-row[data-entry-id='{home.entry_id}']")
    await entry.locator("ha-dropdown > [slot=trigger]").first.click()
    wanted = await visitor.words(
        "ui.panel.config.integrations.config_entry.download_diagnostics"
    )
    async with page.expect_download() as download:
        await entry.get_by_text(wanted).click()
    file = await (await download.value).path()
    text = file.read_text(encoding="utf-8")
    told = json.loads(text)["data"]
    assert (
        told["targets"]["heat pump 1"]["shadows"][0]["shown"]["room"][
            "preferred_temperature"
        ]
        == 20.5
    )
    for secret in (KEY, USER_ID, HEAT_PUMP):
        assert secret not in text
