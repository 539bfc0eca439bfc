"""Tables in Markdown, to be read in a terminal as well."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .numbers import Sample


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, the names of the columns, and the rows."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def text(self) -> str:
        """Return it in Markdown, with columns of one width."""
        lines = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        written = [
            "| "
            + " | ".join(
                cell.ljust(width) for cell, width in zip(line, widths, strict=True)
            )
            + " |"
            for line in lines
        ]
        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        return "\n".join([f"### {self.caption}", "", written[0], rule, *written[1:]])


def filled_in(text: str, tables: Iterable[Table]) -> str:
    """Return a text in Markdown with these tables instead of those that it has under the same headings."""
    lines = text.splitlines()
    for table in tables:
        heading, *written = table.text().splitlines()
        if heading not in lines:
            continue
        begin = lines.index(heading) + 1
        while not lines[begin].startswith("|"):
            begin += 1
        end = begin
        while end < len(lines) and lines[end].startswith("|"):
            end += 1
        lines[begin:end] = written[1:]
    return "\n".join(lines) + "\n"


def number(value: float) -> str:
    """Return a number with as many digits as say something."""
    if abs(value) >= 100 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.2g}" if abs(value) < 1 else f"{value:.3g}"


def sample(it: Sample) -> str:
    """Return the median, with the extremes where they differ from it."""
    middle, low, high = number(it.middle), number(it.low), number(it.high)
    return middle if low == high else f"{middle} ({low}–{high})"
