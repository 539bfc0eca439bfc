"""The settings API of the cloud: client, models and errors, with nothing of Home Assistant in it."""

from .client import Sent, SettingsClient
from .errors import (
    AnswerTooLongError,
    BadKeyError,
    ContradictoryChangeError,
    NotFoundError,
    NotUnderstandableError,
    ReadingNotOfferedError,
    ReadingRefusedError,
    Refusal,
    RefusedError,
    SteeringError,
    TooManyRequestsError,
    Trouble,
    UnavailableError,
)
from .identification import DeviceIds, id_key
from .models import ControlMode, HeatPump, Leaf, Listing, PassedOver, Value
from .settings import (
    IN_JSON,
    SAME_WITHIN,
    WRITE_ONLY,
    Reading,
    ReportedSettings,
    Settings,
    same_value,
    without_dust,
)

__all__ = [
    "IN_JSON",
    "SAME_WITHIN",
    "WRITE_ONLY",
    "AnswerTooLongError",
    "BadKeyError",
    "ContradictoryChangeError",
    "ControlMode",
    "DeviceIds",
    "HeatPump",
    "Leaf",
    "Listing",
    "NotFoundError",
    "NotUnderstandableError",
    "PassedOver",
    "Reading",
    "ReadingNotOfferedError",
    "ReadingRefusedError",
    "Refusal",
    "RefusedError",
    "ReportedSettings",
    "Sent",
    "Settings",
    "SettingsClient",
    "SteeringError",
    "TooManyRequestsError",
    "Trouble",
    "UnavailableError",
    "Value",
    "id_key",
    "same_value",
    "without_dust",
]
