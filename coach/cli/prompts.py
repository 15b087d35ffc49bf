"""`coach prompts`: the prompts for the language model, and whether they hold."""

import click

from coach.cli.terminal import one_line, table
from coach.errors import DataFileError
from coach.prompts import all_prompts, load_prompt
from coach.settings import data_folder


@click.group()
def prompts() -> None:
    """The prompts for the language model."""


@prompts.command("list")
def list_prompts() -> None:
    """List the prompts, each with the hash that names it."""
    click.echo(table([(one.meta.id, one.hash, one.meta.output, one.meta.purpose) for one in all_prompts()],
                     ("NAME", "HASH", "OUTPUT", "PURPOSE")))


@prompts.command("check")
@click.pass_context
def check_prompts(ctx: click.Context) -> None:
    """Check that every prompt can be used.

    Its front matter and its template must be sound and name the same inputs. All faults are told, each by file and
    line; then the exit code is 3.
    """
    paths = sorted(data_folder("prompts").glob("*.md"))
    faults = []
    for path in paths:
        try:
            load_prompt(path)
        except DataFileError as error:
            faults.append(error)
    for fault in faults:
        click.echo(one_line(str(fault)), err=True)  # not wrapped: a path should stay in one piece
    if faults:
        click.echo(f"{len(faults)} of {len(paths)} prompts can not be used.", err=True)
        ctx.exit(DataFileError.exit_code)
    click.echo(f"All {len(paths)} prompts are sound.")
