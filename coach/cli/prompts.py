"""`coach prompts`: the prompts for the language model, what they cost, and whether they hold."""

import click

from coach.cli.terminal import one_line, plain, table
from coach.errors import DataFileError, NotFoundError
from coach.settings import data_folder


@click.group()
def prompts() -> None:
    """The prompts for the language model."""


@prompts.command("list")
def list_prompts() -> None:
    """List the prompts.

    Each with the hash that names it, what its answer must be, and how many tokens its fixed text takes.
    """
    from coach.prompts import all_prompts  # noqa: PLC0415 - brings the counting of tokens, which --help does without

    found = [(one, one.fixed_tokens) for one in all_prompts()]
    tokens = "TOKENS" if all(count.exact for _, count in found) else "TOKENS, ESTIMATED"
    click.echo(table([(one.meta.id, one.hash, one.meta.output, str(count.tokens), one.meta.purpose) for one, count in found],
                     ("NAME", "HASH", "OUTPUT", tokens, "PURPOSE"), right={3}))


@prompts.command("show")
@click.argument("prompt_id", metavar="NAME")
def show_prompt(prompt_id: str) -> None:
    """Print a prompt as its file has it.

    The front matter and the template, nothing put in.
    """
    from coach.datafile import read_text  # noqa: PLC0415 - as above
    from coach.prompts import get_prompt  # noqa: PLC0415 - as above

    click.echo(plain(read_text(get_prompt(prompt_id).path)), nl=False)


@prompts.command("render")
@click.argument("prompt_id", metavar="NAME")
def render_prompt(prompt_id: str) -> None:
    """Print a prompt as a model would get it.

    It is filled with the sample data of prompts/samples. How many tokens it takes goes to stderr: the whole, the fixed
    text, and what each input adds.
    """
    from coach.cli.contracts import contracts  # noqa: PLC0415 - as above
    from coach.llm.tokens import count_tokens  # noqa: PLC0415 - as above
    from coach.prompts import get_prompt  # noqa: PLC0415 - as above
    from coach.prompts.check import load_sample  # noqa: PLC0415 - as above

    prompt = get_prompt(prompt_id)
    contract = next((one for one in contracts() if one.id == prompt_id), None)
    if contract is None:
        raise NotFoundError(f"Nothing in coach asks for the prompt {prompt_id!r}, so there are no sample data.")
    sample = load_sample(data_folder("prompts"), contract)
    text = prompt.render(**sample)
    click.echo(plain(text))
    whole = count_tokens(text)
    rows = [(name, str(count.tokens)) for name, count in prompt.tokens(**sample).items()]
    counted = "counted" if whole.exact else "estimated, rather too many"
    click.echo(f"\nTokens ({counted}):\n{table([*rows, ('whole', str(whole.tokens))], right={1})}", err=True)


@prompts.command("check")
@click.pass_context
def check_prompts(ctx: click.Context) -> None:
    """Check that every prompt can be used.

    Each must be sound in itself, take what coach passes to it and promise what coach expects, render with its sample
    data, and hold what others wrote between lines of =====. All faults are told, each by file and line; then the exit
    code is 3.
    """
    from coach.cli.contracts import contracts  # noqa: PLC0415 - as above
    from coach.prompts.check import faults  # noqa: PLC0415 - as above

    held = contracts()
    found = faults(data_folder("prompts"), held)
    for fault in found:
        click.echo(one_line(str(fault)), err=True)  # not wrapped: a path should stay in one piece
    if found:
        files = len({fault.path for fault in found})
        click.echo(f"{len(found)} faults in {files} files; coach asks for {len(held)} prompts.", err=True)
        ctx.exit(DataFileError.exit_code)
    click.echo(f"All {len(held)} prompts are sound.")
