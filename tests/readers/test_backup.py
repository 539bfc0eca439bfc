"""Core's backup: what we have on the disk goes along and comes back, and nothing of it lies elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.backup_restore import RESTORE_BACKUP_FILE, restore_backup
from homeassistant.components.backup.const import DATA_MANAGER
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from ..house import House
from .states import HEAT, connected, pass_time


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Have no stand-in for the disk."""
    return {}


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Have a folder for the files."""
    return hass_tmp_config_dir


def ours(house: House) -> dict[str, bytes]:
    """Return what has our name in the folder of Home Assistant, but for the code, by where it lies."""
    folder = Path(house.hass.config.config_dir)
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob(f"*{DOMAIN}*")
        if path.is_file() and "custom_components" not in path.parts
    }


def everything(house: House) -> set[str]:
    """Return what lies in the folder, but for the code."""
    folder = Path(house.hass.config.config_dir)
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "custom_components" not in path.parts
    }


async def test_backup_and_restore(house: House) -> None:
    """What is remembered and the vacations are in a backup made during one, and come back from it."""
    hass = house.hass
    before = everything(house)
    await connected(house, HEAT)
    await house.act("climate.set_preset_mode", "climate", "home", preset_mode="away")
    # Some things are written a moment later, by a clock that no test can put forward.
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done(wait_background_tasks=True)
    kept = ours(house)
    entry_id = house.entry.entry_id
    assert kept.keys() == {
        f".storage/{DOMAIN}.{entry_id}",
        f".storage/{DOMAIN}.{entry_id}.previous",
    }
    assert not [
        path
        for path in everything(house) - before - kept.keys()
        if not path.startswith(".storage/")
    ]

    assert await async_setup_component(hass, "backup", {})
    await hass.async_block_till_done()
    await hass.data[DATA_MANAGER].async_create_backup(
        agent_ids=["backup.local"],
        include_addons=None,
        include_all_addons=False,
        include_database=False,
        include_folders=None,
        include_homeassistant=True,
        name="In the vacation",
        password=None,
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    folder = Path(hass.config.config_dir)
    (backup,) = (folder / "backups").iterdir()

    await house.act("climate.set_preset_mode", "climate", "home", preset_mode="none")
    await hass.config_entries.async_unload(entry_id)
    await pass_time(house, 60)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert ours(house) != kept
    (folder / RESTORE_BACKUP_FILE).write_text(
        json.dumps(
            {
                "path": str(backup),
                "password": None,
                "remove_after_restore": True,
                "restore_database": False,
                "restore_homeassistant": True,
            }
        ),
        encoding="utf-8",
    )
    assert await hass.async_add_executor_job(restore_backup, str(folder))
    assert ours(house) == kept
    assert await hass.config_entries.async_setup(entry_id)
    await hass.async_block_till_done()
    assert house.state("climate", "home").attributes["preset_mode"] == "away"
    assert not ir.async_get(hass).issues
