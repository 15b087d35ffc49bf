"""`coach scenarios`: which meetings can be practised."""

import click

from coach.cli.terminal import say, table
from coach.customer.scenario import get_scenario, scenario_paths


@click.group()
def scenarios() -> None:
    """The meetings that can be practised."""


@scenarios.command("list")
def list_scenarios() -> None:
    """List the scenarios by the name that `coach chat` takes."""
    found = [get_scenario(name) for name in scenario_paths()]
    rows = [(one.id, one.title, f"{one.client.name}, {one.client.company}", str(one.length), one.meeting.summary)
            for one in found]
    click.echo(table(rows, ("NAME", "TITLE", "CLIENT", "REPLIES", "WHAT"), right=(3,)))
    if not found:
        say("There is no scenario; install coach again.", err=True)
