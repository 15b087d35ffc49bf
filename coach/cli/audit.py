"""`coach audit`: whether the customer herself was true to the scenario."""

from collections.abc import Iterable
from pathlib import Path

import click

from coach.cli.app import App, pass_app
from coach.cli.terminal import one_line, say
from coach.domain import Level
from coach.errors import InputError, NotFoundError


@click.command()
@click.argument("target", metavar="ID|FILE")
@click.option("--scenario", "scenario_id", metavar="NAME", help="For a file: the scenario that its customer is from.")
@click.option("--person", "person_id", default="", metavar="ID", help="For a file: which person of it.  [default: the first]")
@click.option("--level", type=click.Choice([level.value for level in Level]), default=Level.MEDIUM.value, show_default=True,
              help="For a file: how hard the customer was to be.")
@click.option("--trainee", multiple=True, metavar="NAME", help="For a file: a name under which the trainee speaks.")
@click.option("--customer", multiple=True, metavar="NAME", help="For a file: a name under which the customer speaks.")
@pass_app
def audit(app: App, target: str, *, scenario_id: str | None, person_id: str, level: str, trainee: tuple[str, ...],
          customer: tuple[str, ...]) -> None:
    """Tell where the customer of a meeting erred.

    A transcript that was made elsewhere will do as well.

    She errs where she tells a fact before its trust, contradicts what is known of her, says a thing twice, steps out of
    character, or gives in too soon. Every meeting is looked at while it is held; this shows what was found.
    """
    path = Path(target)
    if not path.is_file():
        meeting = app.meeting(target)
        _tell((exchange.number, exchange.line, exchange.lapses) for exchange in meeting.exchanges[1:])
        return
    if scenario_id is None:
        raise InputError("Which scenario is the customer from? Give --scenario NAME; `coach scenario list` has the names.")
    from coach.evals.fidelity import audit_transcript  # noqa: PLC0415 - brings the scorer
    from coach.review.speakers import Who  # noqa: PLC0415 - seldom needed
    from coach.review.transcripts import load_conversation  # noqa: PLC0415 - likewise

    script = app.coach.scenarios.script(scenario_id)
    if person_id and person_id not in [person.id for person in script.people]:
        raise NotFoundError(f"There is no {person_id!r} in {scenario_id}. There are: "
                            f"{', '.join(person.id for person in script.people)}.")
    conversation = load_conversation(path, Who(trainee, customer))
    found = audit_transcript(app.coach.encounter, scenario_id, person_id, Level(level), conversation.transcript)
    _tell((number, line, tuple(lapse.value for lapse in lapses)) for number, line, lapses in found)


def _tell(lines: Iterable[tuple[int, str, tuple[str, ...]]]) -> None:
    all_of_them = list(lines)
    bad = [(number, line, lapses) for number, line, lapses in all_of_them if lapses]
    for number, line, lapses in bad:
        say(f"{', '.join(lapses)}: {one_line(line)}", f"Answer {number}, ")
    say(f"{len(all_of_them)} answers, {len(bad)} in error.")
