"""`coach scenario`: which meetings can be practised, and a workbench for writing one's own."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import TypeAdapter, ValidationError

from coach.cli.app import App, pass_app
from coach.cli.files import write_new
from coach.cli.terminal import Bar, is_terminal, one_line, say, table
from coach.customer.parts import Id, Reaction
from coach.customer.script import Script, load_script
from coach.datafile import read_text
from coach.domain import Ending
from coach.errors import CoachError, DataFileError, InputError, NotFoundError
from coach.settings import Embeddings

if TYPE_CHECKING:
    from coach.customer.findings import Finding

_STARTER = Path(__file__).parent.parent / "customer" / "starter.yaml"
_STARTER_ID = "id: starter  "
_SUFFIXES = (".yaml", ".yml")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@click.group()
def scenario() -> None:
    """The meetings that can be practised; write your own."""


@scenario.command("list")
@pass_app
def list_scenarios(app: App) -> None:
    """List the scenarios by the name that `coach chat` takes."""
    scenarios = app.coach.scenarios
    found = [scenarios.cast(name, "") for name in scenarios.paths]
    rows = [(one.id, one.title, one.goal.value, str(one.length), one.meeting.summary) for one in found]
    click.echo(table(rows, ("NAME", "TITLE", "GOAL", "REPLIES", "WHAT"), right=(3,)))
    if not found:
        say("There is no scenario; install coach again.", err=True)


@scenario.command("new")
@click.argument("name")
@click.option("--in", "folder", type=click.Path(path_type=Path), help="Where to write it; else COACH_SCENARIOS, else here.")
@pass_app
def new(app: App, name: str, folder: Path | None) -> None:
    """Write a small, complete scenario to start from.

    Every field is in it, with a word on what it is for. It can be practised as it stands. NAME is small letters,
    digits, - and _; a file that is there already is left alone.
    """
    try:
        TypeAdapter[str](Id).validate_python(name)
    except ValidationError as error:
        raise InputError(f"{name!r} can not be a scenario's name: take small letters, digits, - and _, and begin with a "
                         "letter.") from error
    set_folder = app.settings.scenarios
    into = folder or set_folder or Path()
    if not into.is_dir():
        raise InputError(f"The folder {into} is not there. Make it first.")
    path = into / f"{name}.yaml"
    text = read_text(_STARTER).replace(_STARTER_ID, f"id: {name}  ", 1)
    write_new(path, text)
    click.echo(f"Wrote {path}")
    say(f"Look it over with: coach scenario check {path}", err=True)
    if set_folder is None or set_folder.resolve() != into.resolve():
        say(f"To practise it, set COACH_SCENARIOS to {into.resolve()}.", err=True)


@scenario.command("check")
@click.argument("which", metavar="[NAME|FILE]...", nargs=-1)
@pass_app
@click.pass_context
def check(ctx: click.Context, app: App, which: tuple[str, ...]) -> None:
    """Find what is wrong or weak in scenarios.

    In all of them, if none is named. Beyond what loading refuses: facts and endings out of reach, moods without words,
    lines that give a secret away, questions that ask for two things. With an error the exit code is 1; a warning
    leaves it 0.
    """
    from coach.customer.authoring import look_over  # noqa: PLC0415 - brings numpy, which --help does without
    from coach.customer.rules import load_rules  # noqa: PLC0415 - likewise

    paths = [_path(app, one) for one in which] or list(app.coach.scenarios.paths.values())
    embedder = None if app.settings.embeddings is Embeddings.LEXICAL else app.coach.embedder
    if embedder is None:
        say("What gives a secret away, or asks for two things, is left out: it is found by meaning, and COACH_EMBEDDINGS is "
            "lexical.", err=True)
    bar, errors, warnings = Bar("Looking over scenarios"), 0, 0
    for number, path in enumerate(paths):
        bar(number, len(paths))
        try:
            found = look_over(load_script(path), load_rules(), embedder)
        except DataFileError as fault:
            bar.clear()
            errors += 1
            click.echo(f"{one_line(str(path))}\n  error    line {fault.line}: {one_line(fault.problem)}")
            continue
        bar.clear()
        errors += sum(one.severity == "error" for one in found)
        warnings += sum(one.severity == "warning" for one in found)
        _tell(path, found)
    counted = [_counted(len(paths), "scenario"), _counted(errors, "error"), _counted(warnings, "warning")]
    click.echo(f"{', '.join(counted)}.")
    if errors:
        ctx.exit(CoachError.exit_code)


@scenario.command("preview")
@click.argument("which", metavar="NAME|FILE")
@click.option("--person", "person_id", help="Whom to meet, by the id in the file; else the first.")
@click.option("--seed", type=int, help="Draw the person as a meeting with this seed does.")
@pass_app
def preview(app: App, which: str, person_id: str | None, seed: int | None) -> None:
    """Show a scenario with all that is hidden in it.

    For who writes it: whoever will practise it should not read this.
    """
    from coach.cli.scenario_view import show  # noqa: PLC0415 - brings numpy, which --help does without
    from coach.customer.rules import load_rules  # noqa: PLC0415 - likewise

    if person_id is not None and seed is not None:
        raise click.UsageError("Give --person or --seed, not both.")
    script = load_script(_path(app, which))
    if person_id is not None and person_id not in {one.id for one in script.people}:
        raise NotFoundError(f"There is no person {person_id!r} in {script.id!r}. "
                            f"There are: {', '.join(one.id for one in script.people)}.")
    person = script.drawn(seed) if seed is not None else script.person(person_id or "")
    show(script, person, load_rules())


@scenario.command("schema")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write it to; else to the terminal.")
def schema(out: Path | None) -> None:
    """Print the form of a scenario's file, for editors.

    A JSON Schema. An editor that knows it completes and checks the file while you write.
    """
    form = {"$schema": _DIALECT, **Script.model_json_schema(), "title": "A scenario of coach"}
    # What loading asks for beyond what the model's types say.
    for name, needed in (("reactions", Reaction), ("endings", Ending)):
        form["properties"][name]["required"] = [one.value for one in needed]
    text = json.dumps(form, indent=2, ensure_ascii=False) + "\n"
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(f"{out} can not be written: {error.strerror or error}.") from error
    say(f"Wrote {out}", err=True)


def _path(app: App, which: str) -> Path:
    """The file of a scenario, by its name or its own path.

    Raises:
        NotFoundError: it is neither.
    """
    path = Path(which)
    if path.suffix in _SUFFIXES or len(path.parts) > 1:
        if not path.is_file():
            raise NotFoundError(f"There is no file {which}.")
        return path
    paths = app.coach.scenarios.paths
    if which not in paths:
        raise NotFoundError(f"There is no scenario {which!r}. There are: {', '.join(paths)}.")
    return paths[which]


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _tell(path: Path, found: "tuple[Finding, ...]") -> None:
    """The findings of one file."""
    click.echo(f"{one_line(str(path))}{'' if found else ': sound'}")
    for one in found:
        text = f"{one.place}: {one.problem} {one.do}"
        head = f"  {one.severity:<7}  "
        if is_terminal(sys.stdout):
            say(text, head)
        else:
            click.echo(head + one_line(text))  # a line each, for whatever reads it
