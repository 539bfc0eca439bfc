"""What it costs that something is set for a while at every heat pump of a large home."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
import gc
from pathlib import Path
import tracemalloc
from typing import Any, Final
from unittest.mock import patch

from homeassistant.util.file import write_utf8_file_atomic

from .clouds.child import DistantCloud
from .cost import REGISTRIES_SAVED, Figures, poll
from .effort import Effort
from .home import Home, started
from .meters import spending, watching_for_stalls
from .subjects.heatpump_steering import HeatPumpSteering

_HOUR: Final = 3600.0


async def of_overrides(
    subject: HeatPumpSteering, cloud: DistantCloud, effort: Effort
) -> tuple[Figures, list[str]]:
    """Begin an override at every heat pump, let an hour pass, and end it; also returns what was warned of."""
    async with started(cloud.url) as home:
        await subject.connect(home, cloud.url, effort.overridden)
        await home.settle()
        await home.pass_time(REGISTRIES_SAVED)
        await poll(subject, home)
        begin = ("override_settings", {"hot_water_min": 50, "duration": {"hours": 5}})
        figures = await _of_change("start", cloud, home, *begin)
        figures["file"] = [sum(it.stat().st_size for it in _files(home))]
        figures |= await _of_polls(subject, home, effort)
        with _counting_file_writes() as written:
            await home.pass_time(_HOUR)
        figures["file writes in an hour"] = [len(written)]
        figures |= await _of_change("end", cloud, home, "end_override", {})
        # Once more, as what counts memory takes time.
        gc.collect()
        tracemalloc.start()
        await _of_change("start", cloud, home, *begin)
        gc.collect()
        figures["memory"] = [tracemalloc.get_traced_memory()[0]]
        tracemalloc.stop()
        return figures, home.warnings.others


async def _of_polls(subject: HeatPumpSteering, home: Home, effort: Effort) -> Figures:
    figures: Figures = {"poll CPU": [], "poll stall": []}
    await poll(subject, home)
    for _ in range(effort.polls):
        with spending() as spent:
            await poll(subject, home)
        figures["poll CPU"].append(spent.loop)
        with watching_for_stalls() as stall:
            await poll(subject, home)
        figures["poll stall"].append(stall.longest)
    return figures


async def _of_change(
    name: str,
    cloud: DistantCloud,
    home: Home,
    action: str,
    data: Mapping[str, Any],
) -> Figures:
    """Begin or end it at all heat pumps by one action, and let everything happen that follows."""
    (entry,) = home.hass.config_entries.async_entries(HeatPumpSteering.domain)
    cloud.forget()
    with (
        _counting_file_writes() as written,
        watching_for_stalls() as stall,
        spending() as spent,
    ):
        await asyncio.create_task(
            _call(home, action, {"config_entry_id": entry.entry_id, **data})
        )
    requests = sum(it.writes for it in cloud.requests())
    await home.pass_time(REGISTRIES_SAVED)
    return {
        name: [spent.wall],
        f"{name} CPU": [spent.loop],
        f"{name} stall without garbage": [stall.without_garbage],
        f"{name} requests": [requests],
        f"{name} file writes": [len(written)],
    }


async def _call(home: Home, action: str, data: dict[str, Any]) -> None:
    await home.hass.services.async_call(
        HeatPumpSteering.domain, action, data, blocking=True
    )


def _files(home: Home) -> Iterator[Path]:
    folder = Path(home.hass.config.path(".storage"))
    for path in folder.glob(f"{HeatPumpSteering.domain}.*"):
        if not path.name.endswith(".previous"):
            yield path


@contextmanager
def _counting_file_writes() -> Iterator[list[str]]:
    """Note every file of the integration's that is written."""
    written: list[str] = []

    def noted(path: str, *arguments: Any, **options: Any) -> None:
        if Path(path).name.startswith(HeatPumpSteering.domain):
            written.append(path)
        write_utf8_file_atomic(path, *arguments, **options)

    with patch("homeassistant.helpers.storage.write_utf8_file_atomic", noted):
        yield written
