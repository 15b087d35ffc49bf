"""`coach ask`: a question to the coach."""

import click

from coach.cli.app import App, pass_app
from coach.cli.terminal import say


@click.command()
@click.argument("question", nargs=-1, required=True)
@pass_app
def ask(app: App, question: tuple[str, ...]) -> None:
    """Ask the coach about a conversation with a customer.

    Answered from the knowledge cards, with their sources; where the cards have nothing, coach says so.
    """
    coach = app.ready()
    from coach.coaching.ask import ask_coach  # noqa: PLC0415 - brings the language model's client

    answer = ask_coach(" ".join(question), coach.library, coach.answering_model)
    say(answer.text)
    if answer.citations:
        say()
    for number, cited in enumerate(answer.citations, start=1):
        say(f"“{cited.title}” ({cited.framework}), {cited.source}, {cited.author}", f"[{number}] ")
