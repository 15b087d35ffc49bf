"""Small line charts as inline SVG: axes from zero, direct labels, a text for those who can not see them."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from coach.web.render import render

_WIDTH, _HEIGHT = 640, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 92, 28, 30
_LABEL_GAP = 16
_NEAR_EDGE = 60


@dataclass(frozen=True, slots=True)
class Series:
    """A line: its name, its CSS class (which carries the colour), and its values from 0 to 100."""

    name: str
    css: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Mark:
    """A point to mark on the chart: the value's place in the series, and a word or two."""

    at: int
    label: str


@dataclass(frozen=True, slots=True)
class _Drawn:
    name: str
    css: str
    points: tuple[tuple[float, float], ...]
    label_y: float


def line_chart(title: str, series: Sequence[Series], *, first: int = 1, axis: str = "reply",
               marks: Sequence[Mark] = ()) -> Markup:
    """A chart of `series` over equal steps, the first of them numbered `first`; empty where there is nothing to draw."""
    steps = max((len(one.values) for one in series), default=0)
    if steps == 0:
        return Markup("")
    inner = _WIDTH - _LEFT - _RIGHT

    def x(step: int) -> float:
        return round(_LEFT + (inner * step / (steps - 1) if steps > 1 else inner / 2), 1)

    def y(value: float) -> float:
        return round(_TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - value / 100), 1)

    drawn = [_Drawn(one.name, one.css, tuple((x(i), y(v)) for i, v in enumerate(one.values)), y(one.values[-1]) + 4)
             for one in series if one.values]
    drawn = _apart(drawn)
    every = max(1, steps // 10)
    said = "; ".join(f"{one.name}: {', '.join(str(round(v)) for v in one.values)}" for one in series)
    return render(
        "chart", title=title, said=said, width=_WIDTH, height=_HEIGHT, left=_LEFT, right=_WIDTH - _RIGHT, drawn=drawn,
        grid=[(y(value), value) for value in (0, 50, 100)],
        ticks=[(x(i), first + i) for i in range(0, steps, every)], axis=axis,
        marks=[(x(mark.at), _anchor(x(mark.at)), mark.label) for mark in marks if 0 <= mark.at < steps], top=_TOP, floor=y(0))


def _anchor(at: float) -> str:
    """Where a label stands to its mark, so that it stays within the picture."""
    if at < _LEFT + _NEAR_EDGE:
        return "start"
    return "end" if at > _WIDTH - _RIGHT - _NEAR_EDGE else "middle"


def _apart(drawn: list[_Drawn]) -> list[_Drawn]:
    """The same lines with their end labels moved until none covers another."""
    placed: list[_Drawn] = []
    for one in sorted(drawn, key=lambda d: d.label_y):
        at = max(one.label_y, placed[-1].label_y + _LABEL_GAP) if placed else one.label_y
        placed.append(_Drawn(one.name, one.css, one.points, at))
    return placed
