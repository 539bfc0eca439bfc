"""Scaling and latency as a picture."""

from pathlib import Path

from matplotlib.figure import Figure

from .cost import Figures
from .numbers import Sample
from .run import Results
from .worker import SUBJECTS


def draw(results: Results, file: Path) -> None:
    """Draw cost by the number of devices, and the time until a change is shown, to a PNG."""
    figure = Figure(figsize=(12, 8), layout="constrained")
    axes = figure.subplots(2, 2)
    for place, (name, title, factor) in zip(
        axes.flat,
        (
            ("setup CPU", "CPU of the setup, ms", 1e3),
            ("poll CPU", "CPU of an unchanged poll, ms", 1e3),
            ("memory", "memory, MiB", 1 / 1024**2),
        ),
        strict=False,
    ):
        for domain in SUBJECTS:
            of_domain = results.cost[domain]
            place.plot(
                list(of_domain),
                [_middle(figures, name) * factor for figures in of_domain.values()],
                marker="o",
                label=domain,
            )
        place.set(title=title, xlabel="devices", xscale="log", yscale="log")
        place.legend()
    latency = axes[1, 1]
    for domain in SUBJECTS:
        times = {
            float(name.split()[-2]): _middle(figures, name) * 1e3
            for figures in (results.use[domain],)
            for name in figures
            if name.startswith("to the state at ")
        }
        latency.plot(list(times), list(times.values()), marker="o", label=domain)
    latency.set(title="from the action to the new state, ms", xlabel="round trip, ms")
    latency.legend()
    figure.savefig(file, dpi=120)


def _middle(figures: Figures, name: str) -> float:
    return Sample.of(figures[name]).middle
