"""`coach serve`: the page."""

import click

from coach.cli.app import App, pass_app


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on, in place of COACH_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on, in place of COACH_PORT.")
@pass_app
def serve(app: App, host: str | None, port: int | None) -> None:
    """Open the page.

    Builds the search index first if it is not current, then prints the page's address and serves it until you stop it
    with Ctrl-C.
    """
    coach = app.with_settings(host=host, port=port).ready()
    from coach.web.server import serve as serve_page  # noqa: PLC0415 - Gradio takes seconds to import

    serve_page(coach)
