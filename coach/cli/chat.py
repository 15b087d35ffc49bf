"""`coach chat`: the same meeting as on the page, in the terminal or from a script."""

import re
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from coach.cli import view
from coach.cli.app import App, pass_app
from coach.cli.notice import tell_once
from coach.cli.terminal import flowing, is_terminal, say
from coach.coaching.words import stand_in
from coach.customer.scenario import Scenario
from coach.domain import Level, Meeting
from coach.errors import CoachError, InputError, ModelError

if TYPE_CHECKING:
    from coach.meeting import Practice
    from coach.scoring.rubric import Rubric

_END = "/end"
_COMMAND = re.compile(r"/\w+")
_NOTHING_YET = "You have not said anything yet. Write what you would say, or … to stay silent; /end ends the meeting."
_MAX_SEED = 2**31 - 1


@click.command()
@click.argument("scenario_id", metavar="SCENARIO", required=False)
@click.option("--seed", type=click.IntRange(0, _MAX_SEED),
              help="The same seed and the same replies give the same meeting.")
@click.option("--level", type=click.Choice([level.value for level in Level]),
              help="How hard the customer makes it.  [default: medium]")
@click.option("--resume", "meeting_id", metavar="ID", help="Go on with a meeting that was left.")
@pass_app
def chat(app: App, scenario_id: str | None, level: str | None, seed: int | None, meeting_id: str | None) -> None:
    """Meet the customer of SCENARIO in the terminal.

    Each line you write is a reply. After it come its two scores, the words that made them and a tip; then the customer
    answers. /end ends the meeting and gives the debrief; Ctrl-D leaves it, to go on another time with --resume. Replies
    can also come from a pipe, one a line.
    """
    if meeting_id is not None:
        meeting = _left_open(app, meeting_id, scenario_id, seed, level)
        practice = app.ready().practice
        scenario = practice.scenario(meeting)
        tell_once(app.coach, app.trainee)
        _so_far(meeting, scenario)
    else:
        if scenario_id is None:
            raise click.UsageError(f"Which meeting? Give one of: {', '.join(app.coach.scenarios.paths)}.")
        app.coach.scenarios.script(scenario_id)  # before anything is made ready for one that is not there
        practice = app.ready().practice
        tell_once(app.coach, app.trainee)
        meeting = practice.begin(scenario_id, app.trainee, seed, Level(level or Level.MEDIUM))
        scenario = practice.scenario(meeting)
        _briefing(meeting, scenario)
    if meeting.ended_at is None:
        meeting = _held(practice, meeting, scenario, app.coach.rubric)
    if meeting.ended_at is not None:
        say()
        say(f"The meeting {view.state_of(meeting)}.")
        view.debrief(practice.debrief(meeting), scenario.client.first_name)
        try:
            view.look_back(practice.look_back(meeting))
        except ModelError as error:
            say(f"{error} `coach chat --resume {meeting.id}` lets it try again.", err=True)


def _held(practice: "Practice", meeting: Meeting, scenario: Scenario, rubric: "Rubric") -> Meeting:
    """Hold the meeting until it ends or is left; as it then stands in the records."""
    number = len(meeting.exchanges)
    try:
        while (said := _read()) is not None:
            if said.lower() == _END:
                return practice.end(meeting.id, meeting.trainee)
            if not said or _COMMAND.fullmatch(said):
                say(_NOTHING_YET if not said else f"There is no command {said} here; /end ends the meeting.", err=True)
                continue
            try:
                exchange = practice.reply(meeting.id, meeting.trainee, number, said)
            except InputError as error:
                say(str(error), err=True)
                continue
            except ModelError as error:
                say(f"{error} Nothing was kept of your reply; send it again, or leave with Ctrl-D.", err=True)
                continue
            number += 1
            if not is_terminal(sys.stdin):
                view.spoken("You", exchange.reply)  # where nobody typed it, it is not on the screen yet
            # A model fits the tip to her answer, which is not to wait for it.
            by_model = practice.wording is not None
            view.coaching(replace(exchange, tip=None) if by_model else exchange, rubric)
            view.spoken(scenario.client.first_name, exchange.line)
            if why := stand_in(exchange):
                say(why, "  ! ")
            if by_model and (tip := practice.fit_tip(meeting.id, meeting.trainee).exchanges[-1].tip):
                say()
                view.tip(tip, "    Tip: ")
            if exchange.move.ending is not None:
                return practice.get(meeting.id, meeting.trainee)
    except (KeyboardInterrupt, CoachError):
        _how_to_go_on(meeting)
        raise
    _how_to_go_on(meeting)
    return meeting


def _read() -> str | None:
    """The next reply, without white space around it; None where the input has ended."""
    if not is_terminal(sys.stdin):
        line = sys.stdin.readline() if sys.stdin is not None else ""
        return line.strip() if line else None
    with suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - where Python has it, importing it makes input() a line that can be edited
    say()
    try:
        return input("You: ").strip()
    except EOFError:
        click.echo()
        return None


def _left_open(app: App, meeting_id: str, scenario_id: str | None, seed: int | None, level: str | None) -> Meeting:
    if level is not None:
        raise click.UsageError("A meeting keeps its level: give --resume or --level, not both.")
    if seed is not None:
        raise click.UsageError("A meeting keeps its seed: give --resume or --seed, not both.")
    meeting = app.meeting(meeting_id)
    if scenario_id not in (None, meeting.scenario_id):
        raise click.UsageError(f"Meeting {meeting_id} is one of {meeting.scenario_id}, not of {scenario_id}.")
    return meeting


def _briefing(meeting: Meeting, scenario: Scenario) -> None:
    client = scenario.client
    click.echo(click.style(f"{scenario.title}: you meet {client.name}, {client.role}, {client.company}", bold=True))
    say()
    say(flowing(scenario.meeting.briefing))
    say()
    say(flowing(f"What you sell: {scenario.meeting.you_sell}."))
    say(flowing(f"Planned: {scenario.meeting.planned}"))
    say("After each reply: Empathy, how much of it was for the person, and Selling, how much served your own side. Selling is "
        "no fault, but before it is earned it costs.")
    say()
    say(f"Each line you write is a reply. /end ends the meeting, Ctrl-D leaves it for later. Meeting {meeting.id}.")
    view.spoken(client.first_name, meeting.exchanges[0].line)


def _so_far(meeting: Meeting, scenario: Scenario) -> None:
    say(f"{scenario.title}, meeting {meeting.id}, so far:")
    for exchange in meeting.exchanges:
        if exchange.number > 0:
            view.spoken("You", exchange.reply)
        view.spoken(scenario.client.first_name, exchange.line)


def _how_to_go_on(meeting: Meeting) -> None:
    # Not wrapped: the command should stay in one piece.
    click.echo(f"\nEverything up to here is kept. To go on: coach chat --resume {meeting.id}", err=True)
