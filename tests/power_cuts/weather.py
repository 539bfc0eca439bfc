"""How the cloud behaves in a round: fair, slow, with answers that are lost, with reads that lag."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
import random
from typing import Any, Final

from simulator import Simulator

_PATCH: Final = {"method": "PATCH"}


@dataclass(frozen=True, slots=True)
class Weather:
    """What a round's cloud does: rules for requests, and by how many seconds reads lag behind writes."""

    name: str
    rules: Sequence[dict[str, Any]] = ()
    read_lag: float = 0.0

    @property
    def is_fair(self) -> bool:
        """Return whether every request is answered as it should be."""
        return all(set(rule) <= {"method", "latency"} for rule in self.rules)

    def begin(self, cloud: Simulator, seed: int) -> None:
        """Let it begin."""
        cloud.weather.seed(seed)
        for rule in self.rules:
            cloud.weather.add(**rule)
        cloud.behaviour.read_lag_seconds = self.read_lag

    @staticmethod
    def clear_up(cloud: Simulator) -> None:
        """Let requests be answered as they should be; reads go on to lag."""
        cloud.weather.clear()
        cloud.weather.release()


def _fair(_: random.Random) -> Weather:
    return Weather("fair")


def _slow(dice: random.Random) -> Weather:
    latency = round(dice.uniform(0.05, 0.5), 2)
    return Weather(f"slow, up to {latency} s", [{"latency": (0.0, latency)}])


def _slow_writes(dice: random.Random) -> Weather:
    latency = round(dice.uniform(0.05, 0.5), 2)
    return Weather(
        f"writes slow, up to {latency} s", [{**_PATCH, "latency": (0.0, latency)}]
    )


def _lost_answers(_: random.Random) -> Weather:
    return Weather(
        "writes are applied and never answered", [{**_PATCH, "hang": "after"}]
    )


def _half_lost_answers(_: random.Random) -> Weather:
    return Weather(
        "half of the writes are applied and not answered",
        [{**_PATCH, "chance": 0.5, "drop": "after"}],
    )


def _late_answers(_: random.Random) -> Weather:
    return Weather(
        "half of the writes are applied and answered 504",
        [{**_PATCH, "chance": 0.5, "status": 504, "apply": True}],
    )


def _deaf(_: random.Random) -> Weather:
    return Weather(
        "half of the writes are not applied and answered 503",
        [{**_PATCH, "chance": 0.5, "status": 503}],
    )


def _lagging(dice: random.Random) -> Weather:
    lag = round(dice.uniform(1, 7), 1)
    return Weather(f"reads lag by {lag} s", read_lag=lag)


def _lagging_and_slow(dice: random.Random) -> Weather:
    lag = round(dice.uniform(1, 7), 1)
    rules: list[dict[str, Any]] = [
        {**_PATCH, "chance": 0.3, "hang": "after"},
        {"latency": (0.0, 0.3)},
    ]
    return Weather(
        f"slow, a third of the answers to writes is lost, and reads lag by {lag} s",
        rules,
        lag,
    )


_KINDS: Final[Sequence[tuple[Callable[[random.Random], Weather], int]]] = (
    (_fair, 3),
    (_slow, 3),
    (_slow_writes, 4),
    (_lost_answers, 3),
    (_half_lost_answers, 2),
    (_late_answers, 2),
    (_deaf, 1),
    (_lagging, 3),
    (_lagging_and_slow, 3),
)


def drawn(dice: random.Random) -> Weather:
    """Draw the weather of a round."""
    [kind] = dice.choices([it for it, _ in _KINDS], [weight for _, weight in _KINDS])
    return kind(dice)
