"""The desk: the conversation, the box for the next reply, and beside it what the last one did."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import gradio as gr
from anyio import to_thread

from coach.domain import Exchange, Meeting
from coach.errors import CoachError
from coach.meeting import check_reply
from coach.settings import Engine
from coach.web import view
from coach.web.access import trainee_of
from coach.web.answering import answering, typing_seconds
from coach.web.render import problem, render
from coach.web.steps import Steps
from coach.wiring import Coach

Update = dict[Any, Any]


class DeskPart:
    """The view of a meeting that goes on, and the handler of a reply."""

    def __init__(self, coach: Coach, steps: Steps, sender: Callable[[gr.Request], str]) -> None:
        self._coach = coach
        self._steps = steps
        self._sender = sender

    def build(self) -> None:
        """The components."""
        # What the tab is at, sent along with every click: a restart of the server loses nothing that a tab needs.
        self.meeting_id = gr.Textbox(visible="hidden")
        self.number = gr.Number(visible="hidden", precision=0, value=0)
        with gr.Row(elem_id="meeting-top"):
            self.head = gr.HTML(elem_classes="grow")
            self.end = gr.Button("End meeting", elem_id="end", elem_classes="act", size="sm")
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=7, elem_id="talk", min_width=320):
                self.chat = gr.Chatbot(
                    show_label=False, label="Conversation", buttons=[], render_markdown=False, latex_delimiters=[],
                    feedback_options=None, layout="bubble", height=480, elem_id="chat")
                with gr.Row(elem_id="composer"):
                    self.box = gr.Textbox(
                        label="Your reply", show_label=False, lines=1, max_lines=7, elem_id="reply", scale=8,
                        placeholder="Your reply", container=False,
                        html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=True))
                    self.send = gr.Button("Send", variant="primary", elem_id="send", scale=1, min_width=84)
                gr.HTML(render("hint"), elem_id="hint")
                self.notice = gr.HTML(elem_id="notice")
            with gr.Column(scale=5, elem_id="side", min_width=300):
                self.panel = gr.HTML(elem_id="panel", elem_classes="panel")
                self.sofar = gr.HTML(elem_id="sofar")

    @property
    def outputs(self) -> list[Any]:
        """What its handlers change."""
        return [self.meeting_id, self.number, self.head, self.chat, self.box, self.send, self.notice, self.panel, self.sofar,
                self.end]

    @property
    def said(self) -> list[Any]:
        """What a reply is made of."""
        return [self.meeting_id, self.number, self.box]

    async def reply(self, meeting_id: str, number: float, text: str, request: gr.Request) -> AsyncIterator[Update]:
        """Send a reply: it shows at once, then she types, then her answer with what the reply did.

        The exchange is kept before what the reply did is shown; a model's line shows as it grows.
        """
        practice, by_model = self._coach.practice, self._coach.engine is Engine.MODEL
        self._steps.take(request)
        try:
            trainee = await to_thread.run_sync(self._sender, request)
            checked = check_reply(text or "")
            meeting = await to_thread.run_sync(practice.get, meeting_id, trainee)
            if int(number) == len(meeting.exchanges):
                yield {self.chat: view.conversation(self._coach, meeting, checked.text, line=""), self.box: "",
                       self.send: gr.update(interactive=False), self.notice: ""}
            reply = partial(practice.reply, meeting_id, trainee, int(number), checked.text, gone=self._steps.gone(request))
            async for said in answering(reply):
                # A model's line shows sentence by sentence; an authored one is there at once, and is typed.
                if isinstance(said, Exchange):
                    exchange = said
                elif by_model:
                    yield {self.chat: view.conversation(self._coach, meeting, checked.text, line=said)}
            await asyncio.sleep(0 if by_model else typing_seconds(exchange.line, self._coach.settings.typing_pace))
            meeting = await to_thread.run_sync(practice.get, meeting_id, trainee)
        except CoachError as error:
            yield self._caught_up(meeting_id, request) | {self.box: text, self.notice: problem(error)}
        else:
            yield self.values(meeting, tip_comes=practice.wording is not None and meeting.ended_at is None) | {
                self.notice: render("notice", kind="info", text=checked.notice or self._over(meeting))}

    async def fit_tip(self, meeting_id: str, request: gr.Request) -> AsyncIterator[Update]:
        """Have the newest tip put into the words of the moment; nothing where no language model is there to do so.

        Nothing is shown once the trainee has gone on: to the next reply, or elsewhere.
        """
        practice, step = self._coach.practice, self._steps.now(request)
        if not meeting_id or practice.wording is None:
            return
        try:
            trainee = await to_thread.run_sync(self._sender, request)
            fit = partial(practice.fit_tip, meeting_id, trainee, self._steps.gone(request))
            shown = self.values(await to_thread.run_sync(fit))
        except CoachError as error:
            # The tip is there, in its author's words.
            shown = self._caught_up(meeting_id, request) | {self.notice: problem(error)}
        if self._steps.now(request) == step:
            yield {part: shown[part] for part in (self.chat, self.panel, self.notice) if part in shown}

    def leave(self, request: gr.Request) -> None:
        """The tab is closed, or loaded anew: a model that still speaks is stopped. The browser keeps the reply as a draft."""
        self._steps.leave(request)

    def _caught_up(self, meeting_id: str, request: gr.Request) -> Update:
        """The meeting as the records have it; nothing where it can not be read."""
        try:
            return self.values(self._coach.practice.get(meeting_id, trainee_of(request)))
        except CoachError:
            # The sentence about the first fault is shown already; a second one would hide it.
            return {self.send: gr.update(interactive=True)}

    def values(self, meeting: Meeting, *, tip_comes: bool = False) -> Update:
        """All that the desk shows of `meeting`; `tip_comes`: its newest tip is being put into words."""
        scenario = self._coach.practice.scenario(meeting)
        over = meeting.ended_at is not None
        return {
            self.meeting_id: meeting.id, self.number: len(meeting.exchanges),
            self.head: view.meeting_head(meeting, scenario),
            self.chat: view.conversation(self._coach, meeting, tip_comes=tip_comes),
            self.panel: view.latest_panel(self._coach, meeting, scenario, tip_comes=tip_comes),
            self.sofar: view.so_far(meeting, scenario),
            self.send: gr.update(interactive=not over),
            # Not its text: what was typed while she answered stays.
            self.box: gr.update(interactive=not over),
            self.end: gr.update(value="To the debrief" if over else "End meeting", variant="primary" if over else "secondary")}

    def _over(self, meeting: Meeting) -> str:
        return "The meeting is over. The debrief tells you what happened in it." if meeting.ended_at is not None else ""
