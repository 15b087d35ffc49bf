"""The debrief on the page: the computed one at once, and a language model's look back as soon as it is there."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import gradio as gr
from anyio import to_thread

from coach.domain import Meeting
from coach.errors import CapError, CoachError, ModelError
from coach.web import view
from coach.web.render import problem
from coach.web.steps import Steps
from coach.wiring import Coach

Update = dict[Any, Any]
_WAIT = "The language model is looking back on the meeting …"
_AGAIN = "All else of the debrief is here; open it again to let the model try once more."


class DebriefPart:
    """The view after a meeting, and what it shows."""

    def __init__(self, coach: Coach, steps: Steps, show: Callable[..., Update], sender: Callable[[gr.Request], str]) -> None:
        self._coach = coach
        self._steps = steps
        self._show = show
        self._sender = sender

    def build(self) -> None:
        """The components."""
        self.html = gr.HTML()
        with gr.Row(elem_classes="acts"):
            self.retry_at = gr.Dropdown(
                label="Answer otherwise from", elem_id="retry-at", choices=[], allow_custom_value=True)
            self.retry = gr.Button("Go back there", elem_id="retry", elem_classes="act")
            self.again = gr.Button("Meet again", variant="primary", elem_id="again", elem_classes="act")

    @property
    def outputs(self) -> list[Any]:
        """What its handlers change."""
        return [self.html, self.retry_at, self.retry]

    def open(self, meeting: Meeting) -> Update:
        """Show the debrief of `meeting`."""
        choices = [(f"reply {exchange.number}: {view.short(exchange.reply)}", exchange.number)
                   for exchange in meeting.exchanges if exchange.number]
        return self._show("debrief", f"?debrief={meeting.id}") | {
            self.html: view.debrief_page(self._coach, meeting),
            self.retry_at: gr.update(choices=choices, value=1 if choices else None, visible=bool(choices)),
            self.retry: gr.update(visible=bool(choices))}

    async def look_back(self, meeting_id: str, request: gr.Request) -> AsyncIterator[Update]:
        """Have a language model look back on a meeting that is over, once; nothing where there is none to do so."""
        practice = self._coach.practice
        if not meeting_id or practice.looking_back is None:
            return
        try:
            trainee = self._sender(request)
        except CoachError:
            return  # what must be read first stands at the top of the page
        try:
            meeting = await to_thread.run_sync(practice.get, meeting_id, trainee)
            if meeting.ended_at is None or meeting.look_back is not None or not meeting.scored:
                return
            step, shown = self._steps.now(request), partial(view.debrief_page, self._coach)
            yield {self.html: shown(meeting, _WAIT)}
            try:
                told = shown(await to_thread.run_sync(partial(practice.look_back, meeting, self._steps.gone(request))))
            except ModelError as error:
                told = shown(meeting, str(error) if isinstance(error, CapError) else f"{error} {_AGAIN}")
            # By now another debrief may be on view.
            if self._steps.now(request) == step:
                yield {self.html: told}
        except CoachError as error:
            yield {self.html: problem(error)}
