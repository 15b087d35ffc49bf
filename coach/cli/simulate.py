"""`coach simulate`: scripted trainees against the customers."""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.app import App, pass_app
from coach.cli.notice import tell_once
from coach.cli.terminal import Bar, plain, say
from coach.domain import Level
from coach.errors import InputError

if TYPE_CHECKING:
    from coach.evals.simulation import Played

_Job = tuple[str, Level, str, int]
FAILED = 1
"""Exit code of a check that does not hold, with `--check`."""


@click.command()
@click.option("--scenario", "scenario_ids", multiple=True, metavar="NAME", help="Only this scenario; may be given again.")
@click.option("--level", "levels", multiple=True, type=click.Choice([level.value for level in Level]),
              help="Only this level; may be given again.")
@click.option("--trainee", "trainees", multiple=True, metavar="POLICY|FILE",
              help="A scripted trainee, or a text file with a reply a line; may be given again. Without it all of them.")
@click.option("--seeds", type=click.IntRange(1, 1000), default=1, show_default=True, help="Meetings for each, seeds 0 and up.")
@click.option("--report", is_flag=True, help="Only the table and what ought to hold over it, no conversations.")
@click.option("--check", is_flag=True, help="Leave with exit code 1 where something does not hold.")
@click.option("--json", "out", type=click.Path(path_type=Path, dir_okay=False, writable=True), metavar="OUT",
              help="Write every meeting to OUT as JSON.")
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False, writable=True), metavar="OUT",
              help="Write the trust curves to OUT as an HTML page.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes side by side.")
@pass_app
def simulate(app: App, *, scenario_ids: tuple[str, ...], levels: tuple[str, ...], trainees: tuple[str, ...], seeds: int,
             report: bool, check: bool, out: Path | None, plot: Path | None, jobs: int) -> None:
    """Let scripted trainees meet the customers.

    Trainees: person-first, mixed, pitcher, interrogator, golfer, flatterer, silent, injector, random. The same seeds give the
    same meetings. One meeting is printed line by line; of more than one there is a table, with the customer's mean trust as
    a curve.
    """
    from coach.evals.simulation_report import checks, to_json, to_text  # noqa: PLC0415 - brings the scorer
    from coach.evals.trainees import TRAINEES, trainee  # noqa: PLC0415 - likewise

    scenarios = app.coach.scenarios
    chosen = scenario_ids or tuple(scenarios.paths)
    policies = trainees or tuple(TRAINEES)
    for name in chosen:
        scenarios.script(name)
    for policy in policies:
        trainee(policy)
    for path in (out, plot):
        if path is not None and not path.parent.is_dir():
            raise InputError(f"The folder of {path} is not there. Make it first.")
    todo = [(name, level, policy, seed) for name in chosen for level in Level if not levels or level.value in levels
            for policy in policies for seed in range(seeds)]
    bar, played = Bar("Meetings"), []
    for done, one in enumerate(_played(app, todo, jobs), start=1):
        played.append(one)
        bar(done, len(todo))
    bar.clear()
    if len(played) == 1 and not report:
        _told(played[0])
    else:
        click.echo(plain(to_text(played)))
    if out is not None:
        out.write_text(json.dumps([to_json(one) for one in played], ensure_ascii=False, indent=1), encoding="utf-8")
        say(f"Written: {out}, {len(played)} meetings.", err=True)
    if plot is not None:
        from coach.web.curves import curves_page  # noqa: PLC0415 - brings the page

        plot.write_text(curves_page(played), encoding="utf-8")
        say(f"Written: {plot}.", err=True)
    if check and not all(one.holds for one in checks(played)):
        click.get_current_context().exit(FAILED)


def _played(app: App, todo: list[_Job], jobs: int) -> "Iterator[Played]":
    if jobs == 1 or len(todo) == 1:
        yield from (_play(app, job) for job in todo)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_play_elsewhere, todo, chunksize=4)


def _play(app: App, job: _Job) -> "Played":
    from coach.evals.simulation import play  # noqa: PLC0415 - brings the scorer
    from coach.evals.trainees import trainee  # noqa: PLC0415 - likewise

    scenario, level, policy, seed = job
    tell_once(app.coach, app.trainee)
    return play(app.coach.encounter, scenario, level, policy, trainee(policy), seed)


@lru_cache
def _app() -> App:
    return App()


def _play_elsewhere(job: _Job) -> "Played":
    """In a process of its own, which reads the settings for itself."""
    return _play(_app(), job)


def _told(one: "Played") -> None:
    from coach.evals.simulation_report import spark  # noqa: PLC0415 - brings the scorer

    say(f"{one.scenario}, {one.level.value}, {one.trainee}, seed {one.seed}: {one.person}")
    for exchange in one.exchanges:
        if exchange.number:
            say(f"[{exchange.number}] {exchange.reply}", "\nYou       ")
        say(exchange.line, "Customer  ")
        facts = f", told: {', '.join(exchange.facts)}" if exchange.facts else ""
        say(f"trust {exchange.trust:.2f}, {exchange.kind}{facts}", "          ")
    say(f"Ended: {one.ending.value if one.ending else 'not yet'}. Told {len(one.told)} of {one.facts}. "
        f"Trust {spark(one.trust)}", "\n")
