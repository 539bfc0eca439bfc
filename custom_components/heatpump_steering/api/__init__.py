"""The settings API of the cloud: client, models and errors, with nothing of Home Assistant in it."""

from .client import Sent, SettingsClient
from .errors import (
    AnswerTooLongError,
    BadKeyError,
    ContradictoryChangeError,
    Failure,
    NotFoundError,
    NotUnderstandableError,
    ReadingNotOfferedError,
    ReadingRefusedError,
    Refusal,
    RefusedError,
    SteeringError,
    TooManyRequestsError,
    UnavailableError,
)
from .identification import DeviceIds, id_key
from .models import ControlMode, HeatPump, Listing, PassedOver, Setting, Value
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
    "Failure",
    "HeatPump",
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
    "Setting",
    "Settings",
    "SettingsClient",
    "SteeringError",
    "TooManyRequestsError",
    "UnavailableError",
    "Value",
    "id_key",
    "same_value",
    "without_dust",
]
