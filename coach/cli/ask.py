"""`coach ask`: a question to the coach."""

import click

from coach.cli.app import App, pass_app
from coach.cli.notice import tell_once
from coach.cli.terminal import say


@click.command()
@click.argument("question", nargs=-1, required=True)
@pass_app
def ask(app: App, question: tuple[str, ...]) -> None:
    """Ask the coach about a conversation with a customer.

    Answered from the library, with its sources; where the library has nothing, coach says so. The embedded engine gives the
    passages themselves.
    """
    coach = app.ready()
    from coach.coaching.ask import ask_coach  # noqa: PLC0415 - brings the language model's client

    tell_once(coach, app.trainee)
    answer = ask_coach(" ".join(question), coach.library, coach.answering_model)
    say(answer.text)
    for number, cited in enumerate(answer.citations, start=1):
        say()
        if answer.engine == "embedded":
            say(cited.text, f"[{number}] ")
        about = f" ({cited.framework})" if cited.framework else ""
        say(f"“{cited.title}”{about}, {cited.source}, {cited.author}; {cited.chunk_id}",
            "    — " if answer.engine == "embedded" else f"[{number}] ")
