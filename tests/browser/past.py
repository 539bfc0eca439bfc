"""A yesterday for a house that is a minute old: graphs of nothing show nobody how they look."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
import math
from pathlib import Path
import sqlite3
from typing import Final
from zoneinfo import ZoneInfo

_STEP: Final = timedelta(minutes=10)
_LENGTH: Final = timedelta(hours=30)

# From these hours of the day on: preferred, allowed below, allowed above. Wider while electricity is cheap.
_WISHES: Final = (
    (0, (19.5, 1.0, 1.5)),
    (6, (20.5, 0.5, 1.0)),
    (9, (20.5, 1.0, 1.5)),
    (13, (20.5, 1.0, 2.0)),
    (16, (20.5, 1.0, 1.5)),
    (22, (19.5, 1.0, 1.5)),
)


def give_past(
    database: Path, entities: Mapping[str, str], room: float, time_zone: str
) -> bool:
    """Write a day into the recorder's database, beside Home Assistant, which reads it from there.

    `entities` says which entity is the `room`, `preferred`, `may_fall_to` and `may_rise_to`; `room` how warm the room
    is at the end. Returns False, with nothing written, where the recorder has not heard of all of them yet.
    """
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        known = dict(
            connection.execute("SELECT entity_id, metadata_id FROM states_meta")
        )
        if not known.keys() >= set(entities.values()):
            return False
        day = list(_day(datetime.now(ZoneInfo(time_zone))))
        off = room - day[-1][1]["room"]
        for number, (moment, values) in enumerate(day, 1):
            values["room"] += off * number / len(day)
            connection.executemany(
                "INSERT INTO states (metadata_id, state, last_updated_ts, origin_idx) VALUES (?, ?, ?, 0)",
                [
                    (known[entities[name]], f"{value:.1f}", moment.timestamp())
                    for name, value in values.items()
                ],
            )
    return True


def _day(now: datetime) -> Iterator[tuple[datetime, dict[str, float]]]:
    room = 20.4
    for step in range(_LENGTH // _STEP):
        moment = now - _LENGTH + _STEP * step
        preferred, below, above = next(
            wish for start, wish in reversed(_WISHES) if moment.hour >= start
        )
        # The room drifts towards what the hour of the day makes of it, never at once.
        hour = moment.hour + moment.minute / 60
        drawn_to = preferred + 0.8 * max(0.0, math.sin((hour - 8) / 10 * math.pi))
        room += 0.08 * (drawn_to - room)
        yield (
            moment,
            {
                "room": room,
                "preferred": preferred,
                "may_fall_to": preferred - below,
                "may_rise_to": preferred + above,
            },
        )
