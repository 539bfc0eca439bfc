"""The settings API of the cloud: client, models and errors, with nothing of Home Assistant in it."""

from .client import Sent as Sent, SettingsClient as SettingsClient
from .errors import (
    AnswerTooLongError as AnswerTooLongError,
    BadKeyError as BadKeyError,
    ContradictoryChangeError as ContradictoryChangeError,
    Failure as Failure,
    NotFoundError as NotFoundError,
    NothingListedError as NothingListedError,
    NotUnderstandableError as NotUnderstandableError,
    ReadingNotOfferedError as ReadingNotOfferedError,
    ReadingRefusedError as ReadingRefusedError,
    Refusal as Refusal,
    RefusedError as RefusedError,
    SteeringError as SteeringError,
    TooManyRequestsError as TooManyRequestsError,
    UnavailableError as UnavailableError,
)
from .identification import DeviceIds as DeviceIds, id_key as id_key
from .models import (
    SWITCHES as SWITCHES,
    ControlMode as ControlMode,
    HeatPump as HeatPump,
    Listing as Listing,
    PassedOver as PassedOver,
    Setting as Setting,
    Value as Value,
)
from .settings import (
    IN_JSON as IN_JSON,
    NOT_WITH_FLEX_TRADING as NOT_WITH_FLEX_TRADING,
    OPTIMIZATIONS as OPTIMIZATIONS,
    SAME_WITHIN as SAME_WITHIN,
    WRITE_ONLY as WRITE_ONLY,
    Reading as Reading,
    ReportedSettings as ReportedSettings,
    Settings as Settings,
    read_value as read_value,
    same_value as same_value,
    without_dust as without_dust,
)
