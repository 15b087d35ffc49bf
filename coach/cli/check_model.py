"""What `coach doctor --endpoint` finds out by asking the model."""

from collections.abc import Iterator

from coach.cli.app import App
from coach.cli.finding import Finding, note, ok, problem
from coach.errors import CoachError
from coach.settings import Engine, Task


def trials(app: App) -> list[tuple[str, Finding]]:
    """Each capability of the endpoint, and whether a meeting can be had with it."""
    if app.settings.resolved_engine is not Engine.MODEL:
        return [("model", problem("there is no endpoint to try; set OPENAI_API_KEY or OPENAI_BASE_URL"))]
    return list(_tried(app))


def _tried(app: App) -> Iterator[tuple[str, Finding]]:
    from coach.llm.chat import make_chat_model  # noqa: PLC0415 - takes seconds to import, and few ask for it
    from coach.llm.structured import WAYS  # noqa: PLC0415 - likewise
    from coach.llm.trial import try_out  # noqa: PLC0415 - likewise

    try:
        model = make_chat_model(app.settings, Task.JUDGE)
    except CoachError as error:
        yield "model", problem(str(error))
        return
    values = []
    for one in try_out(model):
        told = f"{one.told} ({one.seconds:.1f} s)"
        if one.works:
            yield f"model: {one.what}", ok(told)
        else:
            # Without an answer or a stream nobody speaks; the rest coach can do without.
            yield f"model: {one.what}", problem(told) if one.what in ("answer", "stream") else note(told)
        values += [one.works] if one.what in WAYS else []
    if values and not any(values):
        yield "model: judge", problem("the endpoint gives no JSON in any way, so the embedded engine scores in its place; "
                                      "choose another COACH_MODEL")
