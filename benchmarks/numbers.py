"""Medians, spread, and how something grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import linear_regression, median
from typing import Self


@dataclass(frozen=True, slots=True)
class Sample:
    """What was measured, several times over."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float], *, per: float = 1) -> Self:
        """Return median and extremes of the values, divided by a number."""
        return cls(median(values) / per, min(values) / per, max(values) / per)


@dataclass(frozen=True, slots=True)
class Fit:
    """A straight line through medians by the number of devices, and how steeply they grow at its upper end."""

    fixed: float
    each: float
    exponent: float
    """1 = twice as much for twice as many devices."""

    @classmethod
    def through(cls, points: Mapping[int, float]) -> Self:
        """Fit a line by least squares to two points or more."""
        line = linear_regression(list(points), list(points.values()))
        fewer, more = sorted(points)[-2:]
        exponent = log(points[more] / points[fewer]) / log(more / fewer)
        return cls(line.intercept, line.slope, exponent)
