"""From figures to places: ticks, and how far along an axis a value is."""

import math
from dataclasses import dataclass


def nice_ticks(most, about=5):
    """Round numbers from 0 to `most` or a little more, some `about` of them."""
    rough = max(most, 1e-9) / about
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    count = math.ceil(most / step - 1e-9)
    return [round(step * at, 10) for at in range(max(count, 1) + 1)]


@dataclass(frozen=True)
class Linear:
    """From 0 to `most` along `start` to `end`."""

    most: float
    start: float
    end: float

    def at(self, value):
        return self.start + (self.end - self.start) * value / self.most


@dataclass(frozen=True)
class Logarithmic:
    """From `least` to `most`, each tenfold as long as the one before."""

    least: float
    most: float
    start: float
    end: float

    def at(self, value):
        span = math.log(self.most / self.least) or 1.0
        return self.start + (self.end - self.start) * math.log(value / self.least) / span
