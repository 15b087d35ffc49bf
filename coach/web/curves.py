"""The trust curves of simulated meetings as one page that needs nothing else."""

from collections.abc import Sequence
from pathlib import Path

from coach.evals.simulation import Played
from coach.evals.simulation_report import cells
from coach.web.charts import Series, line_chart
from coach.web.render import render

_STYLE = Path(__file__).parent / "static" / "style.css"
# Colours go round where there are more trainees than classes.
_CLASSES = ("empathy", "selling", "trust")


def curves_page(played: Sequence[Played]) -> str:
    """A chart for each scenario and level: mean trust after each reply, a line a trainee."""
    found = cells(played)
    charts = []
    for scenario, level in dict.fromkeys((cell.scenario, cell.level) for cell in found):
        lines = [Series(cell.trainee, _CLASSES[i % len(_CLASSES)], [100 * value for value in cell.curve])
                 for i, cell in enumerate(one for one in found if (one.scenario, one.level) == (scenario, level))]
        charts.append(line_chart(f"{scenario}, {level.value}: trust", lines, first=0))
    return str(render("curves", charts=charts, style=_STYLE.read_text("utf-8")))
