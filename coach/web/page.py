"""The page: its views, and what each button does. All it shows comes from the records; the browser keeps no truth."""

import re
from collections.abc import Callable
from typing import Any

import gradio as gr

from coach.customer.scenario import Goal
from coach.domain import Level, Meeting
from coach.errors import CoachError
from coach.web import view
from coach.web.access import trainee_of
from coach.web.debriefing import DebriefPart
from coach.web.desk import DeskPart
from coach.web.library import LibraryPart
from coach.web.net import with_net
from coach.web.render import problem, render
from coach.web.sending import SendingPart
from coach.web.steps import Steps
from coach.wiring import Coach

Update = dict[Any, Any]
# What Gradio gives for a tie; it takes it to cancel it, and to go on after it.
Tie = Any
# Handlers at once; each waits mostly for the model or for the customer's typing pace.
_AT_ONCE = 40
_GOALS = {Goal.SALES: "Client meetings", Goal.INTERVIEW: "Customer interviews"}
_LEVELS = {Level.EASY: "Easy: hints are plain, a slip is forgiven", Level.MEDIUM: "Medium: as people are",
           Level.HARD: "Hard: hints are faint, trust comes slowly"}


class Page:
    """The components, the handlers, and how they are tied together."""

    def __init__(self, coach: Coach) -> None:
        self.coach = coach
        self.views: dict[str, gr.Column] = {}
        self.sending = SendingPart(coach)
        self.library = LibraryPart(coach, self._show, self.sending.sender)
        self.steps = Steps()
        self.desk = DeskPart(coach, self.steps, self.sending.sender)
        self.debrief = DebriefPart(coach, self.steps, self._show, self.sending.sender)

    def build(self) -> gr.Blocks:
        """The Blocks app."""
        blocks: gr.Blocks
        with gr.Blocks(title="coach", analytics_enabled=False, fill_width=True) as blocks:
            # What the tab is at, sent along with every click: a restart of the server loses nothing that a tab needs.
            self.scenario_id = gr.Textbox(visible="hidden")
            self.seed = gr.Number(visible="hidden", precision=0, value=0)
            self.address = gr.Textbox(visible="hidden")
            self._header()
            self.alert = gr.HTML(elem_id="alert")
            self.sending.build()
            self._home()
            self._briefing()
            with self._view("meeting"):
                self.desk.build()
            with self._view("debrief"):
                self.debrief.build()
            with self._view("meetings"):
                self.list_html = gr.HTML()
            self.library.build(self._view)
            self._tie(blocks)
        return blocks

    # The views.

    def _header(self) -> None:
        with gr.Row(elem_id="top"):
            gr.HTML(render("header", engine=self.coach.engine_name), elem_id="brand")
            self.nav_practice = gr.Button("Practice", elem_classes="nav", size="sm")
            self.nav_library = gr.Button("Library", elem_classes="nav", size="sm")
            self.nav_meetings = gr.Button("Meetings", elem_classes="nav", size="sm")

    def _view(self, name: str, *, visible: bool = False) -> gr.Column:
        self.views[name] = gr.Column(visible=visible, elem_id=name, elem_classes="view")
        return self.views[name]

    def _home(self) -> None:
        with self._view("home", visible=True):
            gr.HTML(render("home", sent_to=self.coach.sent_to))
            self.unfinished = gr.HTML()
            self.scenario_buttons: list[tuple[str, gr.Button]] = []
            scripts = [self.coach.scenarios.script(scenario_id) for scenario_id in self.coach.scenarios.paths]
            for goal, heading in _GOALS.items():
                gr.HTML(f'<h2 class="group">{heading}</h2>')
                for script in (one for one in scripts if one.goal is goal):
                    with gr.Row(elem_classes="scenario"):
                        shown = self.coach.scenarios.cast(script.id, script.people[0].id)
                        gr.HTML(render("scenario", scenario=shown, people=len(script.people)), elem_classes="grow")
                        button = gr.Button("Prepare", variant="primary", elem_classes="act")
                        self.scenario_buttons.append((script.id, button))
            self.home_notice = gr.HTML()

    def _briefing(self) -> None:
        with self._view("briefing"):
            self.brief = gr.HTML()
            self.level = gr.Radio(
                [(words, level.value) for level, words in _LEVELS.items()], value=Level.MEDIUM.value, label="How hard",
                elem_id="level")
            with gr.Row(elem_classes="acts"):
                self.begin = gr.Button("Begin the meeting", variant="primary", elem_id="begin", elem_classes="act")
                self.other = gr.Button("Meet somebody else", elem_id="other", elem_classes="act")
                self.back = gr.Button("Not now", elem_classes="act")
            self.brief_notice = gr.HTML()

    # How clicks lead to handlers.

    def _tie(self, blocks: gr.Blocks) -> None:
        everything = [
            *self.views.values(), self.alert, self.scenario_id, self.seed, self.address, self.level, self.unfinished,
            self.home_notice, self.brief, self.brief_notice, self.list_html, *self.desk.outputs, *self.debrief.outputs,
            *self.library.outputs, *self.sending.outputs,
        ]

        def tie(trigger: Callable[..., Any], fn: Callable[..., Any], inputs: list[Any] | None = None, **more: Any) -> Tie:
            """Every handler hangs here, so that none is public and each has the net below it."""
            caught = with_net(fn, lambda sorry: {self.alert: problem(sorry)}, {self.alert: gr.update()})
            tied: Tie = trigger(caught, inputs, everything, api_visibility="private", concurrency_limit=_AT_ONCE,
                                  show_progress="hidden", **more)
            return tied

        desk = self.desk
        # Gradio's default drops a click until the server has closed the one before, a moment after its answer is shown: a quick
        # trainee's next reply would be lost. Sending twice does no harm (see Practice.reply).
        triggers = (desk.send.click, desk.box.submit)
        sending = [tie(trigger, desk.reply, desk.said, trigger_mode="multiple") for trigger in triggers]
        # Whoever sends the next reply does not wait for the tip's words; they are kept all the same.
        for sent in sending:
            tie(sent.then, desk.fit_tip, [desk.meeting_id], trigger_mode="multiple")
        arriving = tie(blocks.load, self.arrive)
        self.sending.tie(tie, blocks.load)
        # Whoever walks on while she answers is not pulled back when the answer comes; it is kept all the same.
        tie(self.nav_practice.click, self.show_home, cancels=sending)
        tie(self.nav_meetings.click, self.show_meetings, cancels=sending)
        tie(self.nav_library.click, self.library.show, cancels=sending)
        ending = tie(desk.end.click, self.finish, [desk.meeting_id], cancels=sending)
        for shown in (arriving, ending):
            tie(shown.then, self.debrief.look_back, [desk.meeting_id], trigger_mode="multiple")
        blocks.unload(desk.leave)
        tie(self.back.click, self.show_home)
        for scenario_id, button in self.scenario_buttons:
            tie(button.click, self._opener(scenario_id))
        tie(self.other.click, self.show_other, [self.scenario_id, self.seed])
        tie(self.begin.click, self.start, [self.scenario_id, self.seed, self.level])
        tie(self.debrief.retry.click, self.go_back, [desk.meeting_id, self.debrief.retry_at])
        tie(self.debrief.again.click, self.prepare_again, [desk.meeting_id])
        self.library.tie(tie)
        desk.number.change(None, desk.number, None, js="(number) => window.coach.turn(number)", api_visibility="private")
        self.address.change(None, self.address, None, js="(where) => window.coach.at(where)", api_visibility="private")

    def _show(self, name: str, address: str = "") -> Update:
        return {**{column: gr.update(visible=key == name) for key, column in self.views.items()}, self.address: address,
                self.alert: ""}

    # Handlers. Each asks who is there, and answers a user's mistake with a sentence where they look.

    def arrive(self, request: gr.Request) -> Update:
        """Open what the address names: a meeting to go on with, a debrief, or the start."""
        query = dict(request.query_params)
        try:
            trainee = trainee_of(request)
            if "meeting" in query:
                return self._open(self.coach.practice.get(query["meeting"], trainee))
            if "debrief" in query:
                return self._debriefed(self.coach.practice.get(query["debrief"], trainee))
            if "card" in query or "library" in query:
                return self.library.open(query["card"], request) if "card" in query else self.library.show(request)
        except CoachError as error:
            return self.show_home(request) | {self.home_notice: problem(error)}
        # The start is on view already; by now the trainee may even have clicked on.
        return self._waiting(request)

    def show_home(self, request: gr.Request) -> Update:
        """The start."""
        return self._show("home") | {self.home_notice: ""} | self._waiting(request)

    def _waiting(self, request: gr.Request) -> Update:
        """The meetings that wait to be finished."""
        try:
            waiting = self.coach.practice.meetings(trainee_of(request), unfinished=True, limit=5)
        except CoachError as error:
            return {self.home_notice: problem(error)}
        return {self.unfinished: render("unfinished", meetings=view.rows(self.coach, waiting))}

    def show_meetings(self, request: gr.Request) -> Update:
        """The list of meetings."""
        try:
            listed = self.coach.practice.meetings(trainee_of(request))
        except CoachError as error:
            return self._show("meetings") | {self.list_html: problem(error)}
        return self._show("meetings") | {self.list_html: render(
            "meetings", meetings=view.rows(self.coach, listed), taken=view.taken(self.coach))}

    def show_briefing(self, scenario_id: str, request: gr.Request, seed: int | None = None) -> Update:
        """Whom the trainee will meet; the seed decides it."""
        try:
            trainee_of(request)
            seed = self.coach.practice.draw_seed() if seed is None else seed
            scenario = self.coach.scenarios.cast(scenario_id, self.coach.scenarios.script(scenario_id).drawn(seed).id)
        except CoachError as error:
            return self._show("home") | {self.home_notice: problem(error)}
        return self._show("briefing") | {
            self.scenario_id: scenario_id, self.seed: seed, self.brief_notice: "",
            self.brief: render("briefing", scenario=scenario, sent_to=self.coach.sent_to)}

    def _opener(self, scenario_id: str) -> Callable[[gr.Request], Update]:
        # Gradio hands the request to a function that names it; it does not see through functools.partial.
        def open_briefing(request: gr.Request) -> Update:
            return self.show_briefing(scenario_id, request)

        return open_briefing

    def show_other(self, scenario_id: str, seed: float, request: gr.Request) -> Update:
        """The briefing for another of the people whom the scenario has."""
        try:
            trainee_of(request)
            script = self.coach.scenarios.script(scenario_id)
        except CoachError as error:
            return {self.brief_notice: problem(error)}
        ids = [person.id for person in script.people]
        wanted = ids[(ids.index(script.drawn(int(seed)).id) + 1) % len(ids)]
        seeds = (one for one in iter(self.coach.practice.draw_seed, None) if script.drawn(one).id == wanted)
        # Where the settings fix the seed there is nobody else to be met.
        fixed = self.coach.settings.seed is not None
        return self.show_briefing(scenario_id, request, int(seed) if fixed else next(seeds))

    def start(self, scenario_id: str, seed: float, level: str, request: gr.Request) -> Update:
        """Begin the meeting."""
        self.steps.take(request)
        try:
            chosen = Level(level) if level in list(Level) else Level.MEDIUM
            return self._open(self.coach.practice.begin(scenario_id, self.sending.sender(request), int(seed), chosen))
        except CoachError as error:
            return {self.brief_notice: problem(error)}

    def prepare_again(self, meeting_id: str, request: gr.Request) -> Update:
        """The briefing of the meeting just had."""
        try:
            meeting = self.coach.practice.get(meeting_id, trainee_of(request))
        except CoachError as error:
            return self.show_home(request) | {self.home_notice: problem(error)}
        return self.show_briefing(meeting.scenario_id, request)

    def go_back(self, meeting_id: str, number: object, request: gr.Request) -> Update:
        """A second meeting that is the first up to the exchange before reply `number`, to answer otherwise from there."""
        # The choices are the tab's own; the server may have been started anew since, and takes what it is given.
        at = re.search(r"\d+", str(number or 1))
        self.steps.take(request)
        try:
            trainee = self.sending.sender(request)
            return self._open(self.coach.practice.branch(meeting_id, trainee, int(at[0] if at else 1) - 1))
        except CoachError as error:
            return {self.alert: problem(error)}

    def finish(self, meeting_id: str, request: gr.Request) -> Update:
        """End the meeting and show its debrief."""
        self.steps.take(request)
        try:
            return self._debriefed(self.coach.practice.end(meeting_id, trainee_of(request)))
        except CoachError as error:
            return {self.desk.notice: problem(error)}

    def _open(self, meeting: Meeting) -> Update:
        if meeting.ended_at is not None:
            return self._debriefed(meeting)
        return self._show("meeting", f"?meeting={meeting.id}") | self.desk.values(meeting) | {
            self.scenario_id: meeting.scenario_id, self.desk.box: "", self.desk.notice: ""}

    def _debriefed(self, meeting: Meeting) -> Update:
        return self.debrief.open(meeting) | {self.desk.meeting_id: meeting.id}
