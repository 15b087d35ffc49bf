"""`coach doctor`: is everything there that coach needs, and what to do where it is not."""

from collections.abc import Callable, Sequence

import click

from coach.cli import check_content, check_machine, check_model
from coach.cli.app import App, pass_app
from coach.cli.finding import Finding, Level, ok, problem
from coach.cli.terminal import table
from coach.errors import CoachError, SetupError

Check = Callable[[App], Finding]
CHECKS: tuple[tuple[str, Check], ...] = (
    ("python", check_machine.python),
    ("settings", check_machine.settings),
    ("home folder", check_machine.home),
    ("database", check_content.database),
    ("embeddings", check_content.embeddings),
    ("search index", check_content.search_index),
    ("cards", check_content.cards),
    ("scenarios", check_content.scenarios),
    ("rubric", check_content.rubric),
    ("prompts", check_content.prompts),
    ("eval suites", check_content.suites),
    ("engine", check_machine.engine),
    ("endpoint", check_machine.endpoint),
    ("masking", check_machine.masking),
    ("tokens", check_machine.tokens),
    ("port", check_machine.port),
)


@click.command()
@click.option("--endpoint", is_flag=True, help="Try what the model's endpoint can do: a few short questions are sent there.")
@pass_app
@click.pass_context
def doctor(ctx: click.Context, app: App, *, endpoint: bool) -> None:
    """Check what coach needs and what is missing.

    Each line is ok, a note (coach works, but you should know) or a problem, with what to do. Nothing is sent anywhere,
    but by --endpoint, and a key is never shown. With a problem the exit code is 5.
    """
    findings = _without_echoes([(name, examine(check, app)) for name, check in CHECKS])
    if endpoint:
        findings += _trials(app)
    click.echo(table([(found.level.value, name, found.text) for name, found in findings]))
    problems, notes = (sum(found.level is level for _, found in findings) for level in (Level.PROBLEM, Level.NOTE))
    click.echo(f"\n{_counted(problems, 'problem')}, {_counted(notes, 'note')}.")
    if problems:
        ctx.exit(SetupError.exit_code)


def examine(check: Check, app: App) -> Finding:
    """What `check` finds; whatever it raises is a finding too."""
    try:
        return check(app)
    except CoachError as error:
        return problem(str(error))
    except ImportError as error:
        return problem(f"A package that coach needs can not be loaded ({error}). Install coach again: make setup")
    except Exception as error:  # noqa: BLE001 - a doctor that falls ill is of no use
        return problem(f"The check itself failed ({type(error).__name__}: {error}). Please report this.")


def _trials(app: App) -> list[tuple[str, Finding]]:
    """What asking the model finds; whatever that raises is a finding too."""
    found: list[tuple[str, Finding]] = []

    def ask(app: App) -> Finding:
        found.extend(check_model.trials(app))
        return ok("tried")

    met = examine(ask, app)
    return found if met.level is Level.OK else [("model", met)]


def _without_echoes(findings: Sequence[tuple[str, Finding]]) -> list[tuple[str, Finding]]:
    """`findings` with a problem that several checks met told once: where the settings can not be read, many meet it."""
    first: dict[str, str] = {}
    told = []
    for name, found in findings:
        met = first.setdefault(found.text, name) if found.level is Level.PROBLEM else name
        told.append((name, found if met == name else problem(f"see {met}")))
    return told


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
