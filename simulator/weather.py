"""Bad days: what happens to requests on the way to the cloud and back."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
import random
from typing import Any, Final, Literal, Self, get_args

from .reading import InputError, Json, choice, flag, mapping, number, text, whole

Moment = Literal["before", "after"]
Level = Literal["home", "device"]
Shows = Literal["old_copy", "nonsense"]
Garbage = Literal[
    "empty", "truncated", "html", "null", "list", "wrong_types", "not_utf8"
]

_MOMENTS: Final = ("before", "after")

_GARBAGE: Final[Mapping[Garbage, tuple[str, bytes]]] = {
    "empty": ("application/json", b""),
    "truncated": ("application/json", b'{"data": [{"device_id": "hp'),
    "html": (
        "text/html",
        b"<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>",
    ),
    "null": ("application/json", b"null"),
    "list": ("application/json", b'["data", "meta"]'),
    "wrong_types": (
        "application/json",
        b'{"data": {"device_id": 7, "room": []}, "meta": "next_token"}',
    ),
    "not_utf8": ("application/json; charset=utf-8", b'{"data": ["\xff\xfe\x80"]}'),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What happens to the requests that match all of a filter.

    Filter: `method`, `path`, `user_id`, `device_id` (as sent; of a heat pump addressed by device_id alone the user
    counts too), `level` ("home": no device_id; "device"). What is None matches everything.

    Effects, in this order: `latency`, `hold` "before", then the request is handled and answered as ever, or one of
    `drop`, `hang`, or an answer of the rule's own (`status`, `body`, `garbage`), then `hold` "after".
    """

    method: str | None = None
    path: str | None = None
    user_id: str | None = None
    device_id: str | None = None
    level: Level | None = None

    times: int | None = None
    """To how many requests it applies; None = until it is removed."""
    chance: float = 1
    """To which part of the matching requests it applies, 0 to 1, by the seeded dice."""

    latency: float | tuple[float, float] | None = None
    """Seconds that the request takes longer: so many, or by the dice between two."""
    hold: Moment | None = None
    """Wait for `release`: before the request is handled, or after (with the change applied); then go on."""
    drop: Moment | Literal["during"] | None = None
    """Close the connection without an answer, before the request is handled or after. During: after half an answer."""
    hang: Moment | None = None
    """Never answer, with the request handled (after) or not (before). `release` closes the connection."""
    status: int | None = None
    """Answer with this status. 200 where only a body is given."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Headers of the answer, also beside an answer that is as ever."""
    retry_after: float | None = None
    """Seconds of a Retry-After header."""
    retry_after_date: float | None = None
    """Seconds from now, by the server's clock, of a Retry-After header with a date."""
    body: Json = None
    """Body of the answer: a text as it is, anything else as JSON."""
    content_type: str | None = None
    """Content type of the body: as it is JSON or a text, text/html where this is not given."""
    garbage: Garbage | None = None
    """An answer's body that is not what it should be."""
    apply: bool = False
    """The request is handled first (a change applied), though the rule answers."""
    shows: Shows | None = None
    """What a read of the settings shows, with the request handled as ever.

    old_copy: each heat pump as it was before its last write, `updated_at` too. nonsense: 0 °C in the room and of hot water.
    """

    def __post_init__(self) -> None:
        """Raise InputError where the rule makes no sense."""
        answers = (
            self.status is not None or self.body is not None or self.garbage is not None
        )
        if sum((answers, self.drop is not None, self.hang is not None)) > 1:
            raise InputError(
                "a rule has one of drop, hang, and an answer of its own (status, body, garbage)"
            )
        if self.body is not None and self.garbage is not None:
            raise InputError("a rule has a body or garbage, not both")
        if self.times is not None and self.times < 1:
            raise InputError("times must be a whole number from 1, or null")
        if not 0 <= self.chance <= 1:
            raise InputError("chance must be from 0 to 1")
        if self.status is not None and not 200 <= self.status <= 599:
            raise InputError("status must be from 200 to 599")
        low, high = self.latency_range()
        if not 0 <= low <= high:
            raise InputError(
                "latency must be seconds from 0, or two of them, the lower first"
            )

    @property
    def answers(self) -> bool:
        """Return whether the rule answers in the cloud's place."""
        return (
            self.status is not None or self.body is not None or self.garbage is not None
        )

    def latency_range(self) -> tuple[float, float]:
        """Return shortest and longest latency in seconds."""
        if self.latency is None:
            return (0, 0)
        if not isinstance(self.latency, tuple):
            return (self.latency, self.latency)
        low, *rest = self.latency
        return (low, rest[-1] if len(rest) == 1 else -1)

    def garbage_body(self) -> tuple[str, bytes]:
        """Return content type and bytes of the garbage."""
        return _GARBAGE[self.garbage or "empty"]

    def matches(
        self, *, method: str, path: str, user_id: str | None, device_id: str | None
    ) -> bool:
        """Return whether a request is one of those that the filter names."""
        return (
            self.method in (None, method)
            and self.path in (None, path)
            and self.user_id in (None, user_id)
            and self.device_id in (None, device_id)
            and self.level in (None, "home" if device_id is None else "device")
        )

    @classmethod
    def from_json(cls, value: Json) -> Self:
        """Read a rule. Raises InputError saying what is wrong with it."""
        values = mapping("a rule", value)
        if unknown := values.keys() - {each.name for each in fields(cls)}:
            raise InputError(f"a rule has no {', '.join(sorted(unknown))}")
        return cls(
            **{
                name: _read(name, each)
                for name, each in values.items()
                if each is not None
            }
        )

    def to_json(self) -> dict[str, Json]:
        """Return what is set in the rule."""
        values: dict[str, Json] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if (
                value is None
                or value is False
                or value == {}
                or (each.name == "chance" and value == 1)
            ):
                continue
            if isinstance(value, tuple):
                value = list(value)
            values[each.name] = dict(value) if each.name == "headers" else value
        return values


class Weather:
    """The rules, in order: the first one that matches a request applies to it, alone."""

    def __init__(self) -> None:
        """Start with fair weather."""
        self._rules: list[Rule] = []
        self._random = random.Random(0)  # noqa: S311 - dice that fall the same way each time are the point
        self._held: list[asyncio.Event] = []
        self._changed = asyncio.Event()

    @property
    def rules(self) -> list[Rule]:
        """Return the rules that still apply; their `times` are what is left of them."""
        return list(self._rules)

    @property
    def held(self) -> int:
        """Return how many requests are held or hang."""
        return len(self._held)

    def add(self, rule: Rule | None = None, /, **effects: Any) -> Rule:
        """Add a rule at the end: a `Rule`, or its fields as keywords. Raises InputError, TypeError."""
        rule = rule or Rule(**effects)
        self._rules.append(rule)
        return rule

    def replace(self, rules: Sequence[Rule]) -> None:
        """Put these rules in the place of all that there are."""
        self._rules = list(rules)

    def clear(self) -> None:
        """Remove all rules. What is held stays held."""
        self._rules.clear()

    def seed(self, seed: int) -> None:
        """Start the dice anew."""
        self._random = random.Random(seed)  # noqa: S311

    def take(
        self, *, method: str, path: str, user_id: str | None, device_id: str | None
    ) -> Rule | None:
        """Return the rule that applies to a request, and count it."""
        for index, rule in enumerate(self._rules):
            if not rule.matches(
                method=method, path=path, user_id=user_id, device_id=device_id
            ):
                continue
            if rule.chance < 1 and self._random.random() >= rule.chance:
                continue
            if rule.times == 1:
                del self._rules[index]
            elif rule.times is not None:
                self._rules[index] = replace(rule, times=rule.times - 1)
            return rule
        return None

    def latency(self, rule: Rule) -> float:
        """Return seconds that a request takes longer by a rule."""
        low, high = rule.latency_range()
        return low if low == high else self._random.uniform(low, high)

    async def wait(self) -> None:
        """Hold a request until it is released."""
        released = asyncio.Event()
        self._held.append(released)
        self._notify()
        try:
            await released.wait()
        finally:
            if released in self._held:
                self._held.remove(released)
            self._notify()

    def release(self, count: int | None = None) -> int:
        """Let held and hanging requests go, the oldest first: so many, or all. Returns how many went."""
        going = self._held[:count]
        self._held = self._held[len(going) :]
        for released in going:
            released.set()
        return len(going)

    async def wait_for_held(self, count: int = 1, *, timeout: float = 10) -> None:
        """Wait until so many requests are held or hang. Raises TimeoutError."""
        try:
            async with asyncio.timeout(timeout):
                while len(self._held) < count:
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(
                f"{len(self._held)} of {count} requests held after {timeout} s"
            ) from None

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _read(name: str, value: Json) -> Any:
    match name:
        case "method":
            return text(name, value).upper()
        case "path" | "user_id" | "device_id" | "content_type":
            return text(name, value)
        case "level":
            return choice(name, value, get_args(Level))
        case "hold" | "hang":
            return choice(name, "before" if value is True else value, _MOMENTS)
        case "drop":
            return choice(
                name, "before" if value is True else value, (*_MOMENTS, "during")
            )
        case "garbage":
            return choice(name, value, get_args(Garbage))
        case "shows":
            return choice(name, value, get_args(Shows))
        case "times" | "status":
            return whole(name, value, low=1)
        case "chance" | "retry_after" | "retry_after_date":
            return number(name, value)
        case "latency":
            return (
                tuple(number(name, each) for each in value)
                if isinstance(value, list)
                else number(name, value)
            )
        case "headers":
            return {
                header: text(name, each)
                for header, each in mapping(name, value).items()
            }
        case "apply":
            return flag(name, value)
        case _:
            return value
