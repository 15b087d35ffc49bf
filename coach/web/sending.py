"""What a trainee reads once, before anything goes to a language model: what is sent, and where. Until then nothing is."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from coach.errors import CoachError, InputError
from coach.web.access import HasClient, trainee_of
from coach.web.render import problem, render
from coach.wiring import Coach

Update = dict[Any, Any]


class SendingPart:
    """The notice above every view, and the gate that it keeps. Where nothing is sent there is neither."""

    def __init__(self, coach: Coach) -> None:
        self._coach = coach

    def build(self) -> None:
        """The notice; it shows once it is known that the trainee has not read it."""
        # Its changes move the focus: to the notice, and on from it.
        self.unread = gr.Textbox(visible="hidden")
        with gr.Column(visible=False, elem_id="sending") as self.column:
            # Names that can not be masked are no concern where nothing is sent.
            masked = len(self._coach.masks.names) if self._coach.notice else 0
            gr.HTML(render("sending", host=self._coach.sent_to, masked=masked))
            self.read = gr.Button("I have read this", variant="primary", elem_id="sending-read", elem_classes="act")
            self.failed = gr.HTML()

    @property
    def outputs(self) -> list[Any]:
        """All that the handlers may change."""
        return [self.column, self.unread, self.failed]

    def tie(self, tie: Callable[..., Any], load: Callable[..., Any]) -> None:
        """Hang the handlers on the page's own ties; `load` is when the page opens."""
        tie(load, self.arrive)
        tie(self.read.click, self.agree)
        self.unread.change(None, self.unread, None, js="(unread) => window.coach.unread(unread)", api_visibility="private")

    def arrive(self, request: gr.Request) -> Update:
        """Show the notice to whom it concerns."""
        try:
            return self._shown(unread=self._unread(trainee_of(request)))
        except CoachError as error:
            return self._shown(unread=False) | {self.failed: problem(error)}

    def agree(self, request: gr.Request) -> Update:
        """Keep that it has been read."""
        try:
            self._coach.records.mark_notice(trainee_of(request), self._coach.notice, datetime.now(UTC))
        except CoachError as error:
            return {self.failed: problem(error)}
        return self._shown(unread=False)

    def sender(self, request: HasClient) -> str:
        """The trainee, who may now send what is said.

        Raises:
            NotFoundError: the request comes from elsewhere.
            InputError: the notice has not been read.
        """
        trainee = trainee_of(request)
        if self._unread(trainee):
            raise InputError("First read what is sent where, at the top of this page, and say that you have. If nothing stands "
                             "there, reload the page.")
        return trainee

    def _unread(self, trainee: str) -> bool:
        notice = self._coach.notice
        return bool(notice) and notice not in self._coach.records.notices_seen(trainee)

    def _shown(self, *, unread: bool) -> Update:
        return {self.column: gr.update(visible=unread), self.unread: "unread" if unread else "", self.failed: ""}
