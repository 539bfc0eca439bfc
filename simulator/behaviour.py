"""How this cloud behaves: switches for everything that such clouds do and no document says."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Final, Literal, get_args

from .fields import NUMBERS, setting_names
from .reading import InputError, Json, choice, flag, items, mapping, number, whole
from .validation import Limits

UpdatedAt = Literal["normal", "missing", "garbage", "late", "frozen"]
LastPage = Literal["ends", "repeats", "goes_on"]
Duplicates = Literal["none", "bare", "split"]
Capitals = Literal["nowhere", "list", "settings", "everywhere"]
UserId = Literal["normal", "missing", "null", "capitals"]

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "updated_at": get_args(UpdatedAt),
    "last_page": get_args(LastPage),
    "duplicates": get_args(Duplicates),
    "capitals": get_args(Capitals),
    "user_id_shown": get_args(UserId),
}


@dataclass(slots=True)
class Behaviour:
    """Switches of the cloud as a whole. As made they describe the plain, documented cloud.

    In a test set the attributes; over HTTP `update` checks what it is given.
    """

    write_only: bool | int = False
    """Every GET is refused: with 403 (True), or with the 403, 404 or 405 given."""
    bad_key_status: int = 403
    """What a wrong or missing key answers: 403 as a gateway does, 401 as FastAPI does."""
    unknown_read_status: int = 200
    """What a GET with an unknown user or heat pump answers: 200 with an empty list, or 404."""
    vague_errors: bool = False
    """A 422 says no more than ["body"] about where the problem is."""

    read_lag_seconds: float = 0
    """For so long after a write reads show the values from before it."""
    read_lag_reads: int = 0
    """So many reads of a heat pump after a write show the values from before it."""
    updated_at: UpdatedAt = "normal"
    """normal: moves with the write. late: moves when reads show the write. frozen: never moves.

    missing: not in the answer. garbage: in the answer, and no date.
    """
    keeps_changes: bool | int = True
    """False: changes are answered with 204 and not kept. A number: so are the next n, then counts down."""
    rounding: float | None = None
    """Step in kelvin to which accepted temperatures and differences are rounded."""
    limits: Limits = field(default_factory=dict[str, tuple[float | None, float | None]])
    """Accepted values are moved inside these: {"room.preferred_temperature": (15, 25)}."""
    validation_limits: Limits = field(
        default_factory=dict[str, tuple[float | None, float | None]]
    )
    """Values outside these are refused with 422."""
    refused_settings: frozenset[str] = frozenset()
    """Settings of which any value is refused with 422."""

    date_header: bool = True
    """Answers carry the `Date` header."""
    clock_offset: float = 0
    """Seconds by which the server's clock is ahead of ours (`Date` and `updated_at`)."""

    needs_reauthentication: bool = False
    """Every heat pump says that the link to the manufacturer's account has expired."""
    extra_fields: bool = False
    """Answers carry fields and items that nobody has heard of, one without a device_id."""
    numbers_as_strings: bool = False
    """Answers write numbers as strings."""
    missing_settings: frozenset[str] = frozenset()
    """Settings that no heat pump shows ("room.temperature_control_mode")."""
    duplicates: Duplicates = "none"
    """bare: each heat pump is in the lists a second time, with nothing but its device_id.

    split: its settings come as one item for each section.
    """
    settings_page_size: int = 0
    """The settings come in pages of so many items, with tokens as in the list of heat pumps. 0: all at once."""
    last_page: LastPage = "ends"
    """repeats: the token of the last page leads to an empty page that has the same token, again and again.

    goes_on: there is always a new token, though no more items.
    """
    byte_order_mark: bool = False
    """Answers in JSON begin with a byte order mark."""

    numeric_ids: bool = False
    """Answers write ids of digits as numbers."""
    capitals: Capitals = "nowhere"
    """Where answers write device_ids in capitals: in the list of heat pumps, in the settings, or in both."""
    ids_ignore_case: bool = False
    """RequestLog may write ids in any case."""
    user_id_shown: UserId = "normal"
    """What the list of heat pumps says of the user."""
    filters_users: bool = True
    """False: a GET shows the heat pumps of every user of the supplier, whichever user it asks for."""

    @property
    def write_only_status(self) -> int | None:
        """What a GET is refused with, or None where GETs are answered."""
        if self.write_only is False:
            return None
        return 403 if self.write_only is True else self.write_only

    def takes_change(self) -> bool:
        """Return whether the change that has just come in is kept, counting down `keeps_changes`."""
        if isinstance(self.keeps_changes, bool):
            return self.keeps_changes
        self.keeps_changes = True if self.keeps_changes <= 1 else self.keeps_changes - 1
        return False

    def reset(self) -> None:
        """Go back to the plain, documented cloud."""
        plain = Behaviour()
        for each in fields(self):
            setattr(self, each.name, getattr(plain, each.name))

    def update(self, values: Mapping[str, Json]) -> None:
        """Set switches by name, all or none. Raises InputError saying which one is wrong and why."""
        read = {name: _read(name, value) for name, value in values.items()}
        for name, value in read.items():
            setattr(self, name, value)

    def to_json(self) -> dict[str, Json]:
        """Return every switch by name."""
        values: dict[str, Json] = asdict(self)
        values["missing_settings"] = sorted(self.missing_settings)
        values["refused_settings"] = sorted(self.refused_settings)
        for name in ("limits", "validation_limits"):
            limits: Limits = getattr(self, name)
            values[name] = {setting: list(pair) for setting, pair in limits.items()}
        return values


def _read(name: str, value: Json) -> object:
    match name:
        case "write_only":
            return (
                value
                if isinstance(value, bool)
                else _status(name, value, 403, 404, 405)
            )
        case "bad_key_status":
            return _status(name, value, 401, 403)
        case "unknown_read_status":
            return _status(name, value, 200, 404)
        case "updated_at" | "last_page" | "duplicates" | "capitals" | "user_id_shown":
            return choice(name, value, _CHOICES[name])
        case "keeps_changes":
            return value if isinstance(value, bool) else whole(name, value) or True
        case "read_lag_reads" | "settings_page_size":
            return whole(name, value)
        case "read_lag_seconds":
            return number(name, value, low=0)
        case "clock_offset":
            return number(name, value)
        case "rounding":
            return number(name, value, low=0) or None if value is not None else None
        case "limits" | "validation_limits":
            return {
                setting: _limit(setting, pair)
                for setting, pair in mapping(name, value).items()
            }
        case "missing_settings" | "refused_settings":
            return setting_names(name, value)
        case (
            "vague_errors"
            | "date_header"
            | "needs_reauthentication"
            | "extra_fields"
            | "numbers_as_strings"
            | "byte_order_mark"
            | "numeric_ids"
            | "ids_ignore_case"
            | "filters_users"
        ):
            return flag(name, value)
        case _:
            raise InputError(f"{name} is not a switch")


def _status(name: str, value: Json, *statuses: int) -> int:
    if whole(name, value) not in statuses:
        raise InputError(f"{name} must be one of {', '.join(map(str, statuses))}")
    return whole(name, value)


def _limit(setting: str, value: Json) -> tuple[float | None, float | None]:
    choice("a limit's name", setting, tuple(NUMBERS))
    pair = items(setting, value)
    if len(pair) != 2:
        raise InputError(f"{setting} must have a lowest and a highest value")
    low, high = (None if edge is None else number(setting, edge) for edge in pair)
    return (low, high)
