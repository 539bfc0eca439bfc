"""What the cloud answers, before it is put on a wire."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import json
from typing import Final, Self

from .behaviour import Behaviour
from .cloud import Cloud
from .fields import (
    HOT_WATER_MAX,
    HOT_WATER_MIN,
    NUMBERS,
    PREFERRED,
    SECTIONS,
    WRITE_ONLY_SECTIONS,
    nest,
    tidy,
)
from .heat_pump import HeatPump, View
from .reading import Json
from .validation import RefusedError
from .weather import Shows

JSON_TYPE: Final = "application/json"

_SHOWN_SECTIONS: Final = tuple(
    section for section in SECTIONS if section not in WRITE_ONLY_SECTIONS
)

_NONSENSE: Final[Mapping[str, Json]] = dict.fromkeys(
    (PREFERRED, HOT_WATER_MIN, HOT_WATER_MAX), 0
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the public part."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    cut: bool = False
    """Half of the body is sent, then the connection is closed."""
    applied: bool = False
    """A change was kept on the way to this answer."""

    @classmethod
    def of(
        cls, status: int, body: Json, headers: Mapping[str, str] | None = None
    ) -> Self:
        """Return an answer in JSON."""
        return cls(status, json.dumps(body).encode(), JSON_TYPE, headers or {})


def refusal(error: RefusedError, *, vague: bool) -> Answer:
    """Return FastAPI's 422. `vague`: it says no more than "body" about where the problem is."""
    problems: list[Json] = []
    for problem in error.problems:
        written = problem.to_json()
        if vague:
            written["loc"] = ["body"]
        problems.append(written)
    return Answer.of(422, {"detail": problems})


def refused_read(status: int) -> Answer:
    """Return how a GET is refused where only writes are allowed."""
    return {
        403: Answer.of(403, {"message": "Forbidden"}),
        404: Answer.of(404, {"detail": "Not Found"}),
        405: Answer.of(405, {"detail": "Method Not Allowed"}, {"Allow": "PATCH"}),
    }[status]


type Part = tuple[HeatPump, tuple[str, ...] | None]
"""A heat pump, and the sections that an item of the settings shows of it; None for nothing but its id."""


def settings_parts(behaviour: Behaviour, pumps: Iterable[HeatPump]) -> list[Part]:
    """Return what the items of the settings are about, for all pages together."""
    parts: list[Part] = []
    for pump in pumps:
        if behaviour.duplicates == "split":
            parts.extend((pump, (section,)) for section in _SHOWN_SECTIONS)
            continue
        parts.append((pump, _SHOWN_SECTIONS))
        if behaviour.duplicates == "bare":
            parts.append((pump, None))
    return parts


def settings_list(
    cloud: Cloud,
    behaviour: Behaviour,
    supplier_name: str,
    parts: Iterable[Part],
    next_token: str | None,
    *,
    shows: Shows | None,
) -> Answer:
    """Return the answer of GET /v1/devices/settings. This is a read that read lags count, if it `shows` the truth."""
    in_capitals = behaviour.capitals in ("settings", "everywhere")
    data: list[Json] = [
        {"device_id": _id(behaviour, pump.device_id, in_capitals=in_capitals)}
        | (
            {}
            if sections is None
            else _settings(cloud, behaviour, pump, sections, shows)
        )
        for pump, sections in parts
    ]
    meta: dict[str, Json] = {"energy_supplier": supplier_name}
    if behaviour.settings_page_size:
        meta["next_token"] = next_token
    if behaviour.extra_fields:
        data.append(
            {
                "room": {"preferred_temperature": 19},
                "updated_at": cloud.now().isoformat(),
            }
        )
        data.append({"device_id": None, "kind": "gateway"})
        meta["api_revision"] = "17b"
    body: dict[str, Json] = {"data": data, "meta": meta}
    if behaviour.extra_fields:
        body["warnings"] = []
    return Answer.of(200, body)


def device_list(
    cloud: Cloud,
    behaviour: Behaviour,
    pumps: Iterable[HeatPump],
    next_token: str | None,
) -> Answer:
    """Return the answer of GET /v1/devices."""
    data: list[Json] = []
    for pump in pumps:
        item = _device_item(behaviour, pump)
        data.append(item)
        if behaviour.duplicates == "bare":
            data.append({"device_id": item["device_id"]})
    meta: dict[str, Json] = {"next_token": next_token}
    if behaviour.extra_fields:
        data.append({"user_id": "nobody", "brand": "unknown"})
        meta["total"] = len(cloud.heat_pumps())
    return Answer.of(200, {"data": data, "meta": meta})


def _settings(
    cloud: Cloud,
    behaviour: Behaviour,
    pump: HeatPump,
    sections: Iterable[str],
    shows: Shows | None,
) -> dict[str, Json]:
    """Return an item of the settings without its id."""
    if shows == "old_copy":
        view = pump.old_copy()
        updated_at = view.updated_at
    else:
        view, updated_at = cloud.view(pump, counts=shows is None), pump.updated_at
    if shows == "nonsense":
        view = View({**view.settings, **_NONSENSE}, view.updated_at)
    settings: dict[str, Json] = {}
    for section in sections:
        for name in SECTIONS[section]:
            setting = f"{section}.{name}"
            if (
                setting in view.settings
                and setting not in pump.missing_settings | behaviour.missing_settings
            ):
                settings[setting] = (
                    _number(behaviour, view.settings[setting])
                    if setting in NUMBERS
                    else view.settings[setting]
                )
    item: dict[str, Json] = {}
    if behaviour.extra_fields:
        settings |= {
            "room.humidity_target": 45,
            "dhw.boost": {"until": None},
            "ventilation.level": "normal",
        }
        item["firmware"] = None
    item |= nest(settings)
    match behaviour.updated_at:
        case "missing":
            pass
        case "garbage":
            item["updated_at"] = "the day before yesterday"
        case "late":
            item["updated_at"] = view.updated_at.isoformat(timespec="microseconds")
        case _:
            item["updated_at"] = updated_at.isoformat(timespec="microseconds")
    return item


def _id(behaviour: Behaviour, value: str, *, in_capitals: bool) -> Json:
    if behaviour.numeric_ids and value.isdecimal():
        return int(value)
    return value.upper() if in_capitals else value


def _number(behaviour: Behaviour, value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return str(tidy(value)) if behaviour.numbers_as_strings else tidy(value)


def _device_item(behaviour: Behaviour, pump: HeatPump) -> dict[str, Json]:
    item: dict[str, Json] = {
        "device_id": _id(
            behaviour,
            pump.device_id,
            in_capitals=behaviour.capitals in ("list", "everywhere"),
        ),
        "user_id": None
        if behaviour.user_id_shown == "null"
        else _id(
            behaviour,
            pump.user_id,
            in_capitals=behaviour.user_id_shown == "capitals",
        ),
        "brand": pump.brand,
        "model": pump.model,
        "model_type": pump.model_type,
        "country": pump.country,
        "device_type": pump.device_type,
        "needs_reauthentication": pump.needs_reauthentication
        or behaviour.needs_reauthentication,
        "has_delayed_power_data_1d": pump.has_delayed_power_data_1d,
        **pump.details,
    }
    if behaviour.user_id_shown == "missing":
        del item["user_id"]
    if behaviour.extra_fields:
        item |= {"colour": "white", "tariff_zone": {"id": 3, "name": None}}
    return item
