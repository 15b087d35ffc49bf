"""The library on the page: browse the cards, search as one types, ask the coach, read a card; managers change what it holds."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import gradio as gr
from anyio import to_thread

from coach.coaching.ask import Answer, ask_coach
from coach.domain import Citation
from coach.errors import CoachError, NotFoundError
from coach.knowledge import Card, Document, Hit
from coach.knowledge.convert import MOST_BYTES, TYPES
from coach.knowledge.documents import read_passages
from coach.language.text import content_words, words
from coach.web.access import HasClient, manager_of, trainee_of
from coach.web.render import problem, render
from coach.wiring import Coach

Update = dict[Any, Any]
Show = Callable[..., Update]
# Gives the trainee, who may send what is said; raises CoachError where not.
Sender = Callable[[HasClient], str]
_HITS = 6
_PASSAGES_SHOWN = 60
_WORDS_SHOWN = 4
_BY = ("By framework", "By source", "By meeting")
# So long a search waits for the next key; of several keys the last one counts.
_PAUSE_SECONDS = 0.15
_SESSIONS = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """A hit as it is shown: with the words that it shares with what was asked."""

    citation: Citation
    ask: str
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A card in the list."""

    id: str
    title: str
    about: str
    read: bool
    off: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Cards of one framework or source."""

    name: str
    cards: tuple[Listed, ...]


class LibraryPart:
    """The two views of the library, their handlers, and what they change."""

    def __init__(self, coach: Coach, show: Show, sender: Sender) -> None:
        self._coach = coach
        self._show = show
        self._sender = sender
        # By session, what the answer on its page is for, and when it was asked.
        self._asked: dict[str, tuple[str, float]] = {}

    def build(self, view: Callable[[str], gr.Column]) -> None:
        """Both views."""
        with view("library"):
            self._build_list()
        with view("card"):
            self._build_card()

    def _build_list(self) -> None:
        gr.HTML("<h1>Library</h1>")
        with gr.Row(elem_id="library-ask"):
            self.query = gr.Textbox(
                label="Search the library, or ask", show_label=False, container=False, elem_id="query", scale=6, max_lines=3,
                placeholder="What happened, or what do you want to know?")
            self.ask = gr.Button("Ask the coach", variant="primary", elem_id="ask", elem_classes="act", scale=1)
        self.found = gr.HTML(elem_id="found")
        self.by = gr.Radio(list(_BY), value=_BY[0], label="Cards", elem_id="by")
        self.cards = gr.HTML(elem_id="cards")
        self.notice = gr.HTML(elem_id="library-notice")
        self.documents = gr.HTML(elem_id="documents")
        with gr.Row(elem_classes="acts"):
            self.upload = gr.UploadButton(
                "Bring in a document", file_types=sorted(TYPES), elem_id="upload", elem_classes="act")
            self.gone = gr.Dropdown(label="Take out", choices=[], elem_id="gone", allow_custom_value=True)
            self.take_out = gr.Button("Take it out", elem_id="take-out", elem_classes="act")

    def _build_card(self) -> None:
        self.card_id = gr.Textbox(visible="hidden")
        self.card = gr.HTML(elem_id="card-text")
        with gr.Row(elem_classes="acts"):
            self.mark = gr.Button("Mark as read", variant="primary", elem_id="mark", elem_classes="act")
            self.switch = gr.Button("Switch this card off", elem_id="switch", elem_classes="act")
        self.card_notice = gr.HTML()

    @property
    def outputs(self) -> list[Any]:
        """All that the handlers may change."""
        return [self.query, self.found, self.by, self.cards, self.documents, self.upload, self.gone, self.take_out, self.notice,
                self.card_id, self.card, self.mark, self.switch, self.card_notice]

    def tie(self, tie: Callable[..., Any]) -> None:
        """Hang the handlers on the page's own ties."""
        searching = tie(self.query.change, self.search, [self.query], trigger_mode="always_last")
        for trigger in (self.ask.click, self.query.submit):
            # What was still being looked for must not come over the answer.
            tie(trigger, self.answer, [self.query], cancels=[searching])
        tie(self.by.change, self.browse, [self.by])
        tie(self.upload.upload, self.bring_in, [self.upload])
        tie(self.take_out.click, self.take_away, [self.gone])
        tie(self.mark.click, self.toggle_read, [self.card_id])
        tie(self.switch.click, self.toggle_card, [self.card_id])

    # Handlers.

    def show(self, request: gr.Request) -> Update:
        """The list, with nothing searched for."""
        try:
            trainee = trainee_of(request)
            return self._show("library", "?library") | {
                self.found: "", self.query: "", self.notice: "", self.by: _BY[0]} | self._listed(
                trainee, _BY[0]) | self._documents()
        except CoachError as error:
            return self._show("library") | {self.notice: problem(error)}

    def browse(self, by: str, request: gr.Request) -> Update:
        """The cards in another order."""
        try:
            return self._listed(trainee_of(request), by)
        except CoachError as error:
            return {self.notice: problem(error)}

    async def search(self, query: str, request: gr.Request) -> AsyncIterator[Update]:
        """What fits what has been typed so far."""
        begun = monotonic()
        await asyncio.sleep(_PAUSE_SECONDS)
        try:
            trainee_of(request)
            found = await to_thread.run_sync(self._hits, query or "")
            asked, at = self._asked.get(_session(request), ("", 0.0))
            # The search that typing set off must not come over the answer to what was typed; one for other words may.
            if asked and (begun < at or query == asked):
                yield {}
                return
            self._asked.pop(_session(request), None)
            yield {self.found: found, self.notice: ""}
        except CoachError as error:
            yield {self.notice: problem(error)}

    async def answer(self, query: str, request: gr.Request) -> AsyncIterator[Update]:
        """The coach's answer."""
        try:
            await to_thread.run_sync(self._sender, request)
            if not words(query or ""):
                yield {self.found: "", self.notice: ""}
                return
            self._asked[_session(request)] = (query, monotonic())
            while len(self._asked) > _SESSIONS:
                self._asked.pop(next(iter(self._asked)))
            yield {self.found: render("notice", kind="busy", text="Looking…"), self.notice: ""}
            answer = await to_thread.run_sync(self._answered, query)
            yield {self.found: render("found", answer=answer if answer.citations else None, hits=())}
        except CoachError as error:
            yield {self.found: "", self.notice: problem(error)}

    def open(self, card_id: str, request: gr.Request) -> Update:
        """One card, or a document of the company's own."""
        trainee = trainee_of(request)
        card = next((one for one in self._coach.cards if one.id == card_id), None)
        if card is not None:
            return self._show("card", f"?card={card_id}") | {self.card_notice: ""} | self._card(trainee, card)
        document = next((one for one in self._coach.shelf.documents() if one.id == card_id), None)
        if document is None:
            raise NotFoundError("There is no such card in the library.")
        return self._show("card", f"?card={card_id}") | {
            self.card_id: card_id, self.card: _document(document), self.card_notice: "",
            self.mark: gr.update(visible=False), self.switch: gr.update(visible=False)}

    def toggle_read(self, card_id: str, request: gr.Request) -> Update:
        """Mark the card as read, or as not read."""
        try:
            trainee = trainee_of(request)
            card = self._known(card_id)
            read = card_id in self._coach.records.cards_read(trainee)
            self._coach.records.mark_card(trainee, card_id, None if read else datetime.now(UTC))
            return {self.card_notice: ""} | self._card(trainee, card)
        except CoachError as error:
            return {self.card_notice: problem(error)}

    def toggle_card(self, card_id: str, request: gr.Request) -> Update:
        """Switch the card off or on."""
        try:
            manager = manager_of(request)
            card = self._known(card_id)
            self._coach.shelf.switch(self._coach.cards, card_id, on=card_id in self._coach.shelf.off())
            self._coach.index()
            return {self.card_notice: ""} | self._card(manager, card)
        except CoachError as error:
            return {self.card_notice: problem(error)}

    async def bring_in(self, path: str | None, request: gr.Request) -> AsyncIterator[Update]:
        """Take a file into the library."""
        try:
            manager = manager_of(request)
            if path is None:
                return
            yield {self.notice: render("notice", kind="busy", text=f"Reading {Path(path).name}…")}
            document = await to_thread.run_sync(self._add, Path(path), manager)
            many = "" if document.passages == 1 else "s"
            said = f"{document.title} is in the library: {document.passages} passage{many}."
            yield self._documents() | {self.notice: render("notice", kind="done", text=said)}
        except CoachError as error:
            yield {self.notice: problem(error)}

    async def take_away(self, document_id: str | None, request: gr.Request) -> AsyncIterator[Update]:
        """Take a document out of the library."""
        try:
            manager_of(request)
            if not document_id:
                yield {self.notice: render("notice", kind="error", text="Choose the document to take out.")}
                return
            yield {self.notice: render("notice", kind="busy", text="Taking it out…")}
            await to_thread.run_sync(self._remove, document_id)
            yield self._documents() | {self.notice: render("notice", kind="done", text="It is out of the library.")}
        except CoachError as error:
            yield {self.notice: problem(error)}

    # What they show.

    def _known(self, card_id: str) -> Card:
        card = next((one for one in self._coach.cards if one.id == card_id), None)
        if card is None:
            raise NotFoundError("There is no such card in the library.")
        return card

    def _add(self, path: Path, manager: str) -> Document:
        try:
            return self._coach.shelf.add(path, by=manager)
        finally:
            path.unlink(missing_ok=True)  # Gradio's copy
            self._coach.index()  # also where it is there already: an earlier build may have failed

    def _remove(self, document_id: str) -> None:
        try:
            self._coach.shelf.remove(document_id)
        finally:
            self._coach.index()  # also where it is gone already, as above

    def _answered(self, query: str) -> Answer:
        return ask_coach(query, self._coach.library, self._coach.answering_model)

    def _hits(self, query: str) -> str:
        if not words(query):
            return ""
        asked = {stem: word for word in words(query) for stem in content_words(word)}
        hits = self._coach.library.search(query, limit=_HITS)
        return render("found", answer=None, hits=[_found(hit, asked) for hit in hits])

    def _listed(self, trainee: str, by: str) -> Update:
        read, off = self._coach.records.cards_read(trainee), self._coach.shelf.off()
        groups: dict[str, list[Listed]] = {}
        for card in self._coach.cards:
            about = card.section("What it is").split(". ", maxsplit=1)[0].rstrip(".") + "."
            listed = Listed(card.id, card.title, about, card.id in read, card.id in off)
            for name in self._shelves(card, by):
                groups.setdefault(name, []).append(listed)
        shown = [Group(name, tuple(cards)) for name, cards in sorted(groups.items(), key=lambda one: one[0].strip('"').lower())]
        total = len(self._coach.cards)
        done = sum(card.id in read for card in self._coach.cards)
        return {self.cards: render("library", groups=shown, total=total, read=done)}

    def _shelves(self, card: Card, by: str) -> list[str]:
        """The groups in which the card is listed."""
        if by == _BY[1]:
            return [f"{card.author}: {card.source}"]
        if by == _BY[2]:
            # A company may have put scenarios of its own in the place of those that ship.
            there = [one for one in card.scenarios if one in self._coach.scenarios.paths]
            scripts = [self._coach.scenarios.script(one) for one in there]
            return [f"{script.title}: {script.meeting.summary}" for script in scripts]
        return [card.framework]

    def _documents(self) -> Update:
        documents = self._coach.shelf.documents()
        choices = [(one.title, one.id) for one in documents]
        return {self.documents: render("documents", documents=documents, most=MOST_BYTES // 1_000_000),
                self.gone: gr.update(choices=choices, value=None, visible=bool(choices)),
                self.take_out: gr.update(visible=bool(choices))}

    def _card(self, trainee: str, card: Card) -> Update:
        off, read = card.id in self._coach.shelf.off(), card.id in self._coach.records.cards_read(trainee)
        return {
            self.card_id: card.id, self.card: render("card", card=card, off=off),
            self.mark: gr.update(value="Mark as not read" if read else "Mark as read", visible=True,
                                 variant="secondary" if read else "primary"),
            self.switch: gr.update(value="Switch this card on" if off else "Switch this card off", visible=True)}


def _found(hit: Hit, asked: dict[str, str]) -> Found:
    stems: Iterable[str] = content_words(f"{hit.citation.title} {hit.citation.text} {hit.ask}")
    shared = dict.fromkeys(asked[stem] for stem in stems if stem in asked)
    return Found(hit.citation, hit.ask, tuple(shared)[:_WORDS_SHOWN])


def _document(document: Document) -> str:
    passages = read_passages(document.folder)
    return render("document", document=document, passages=passages[:_PASSAGES_SHOWN],
                  more=max(0, len(passages) - _PASSAGES_SHOWN))


def _session(request: gr.Request) -> str:
    return str(request.session_hash)
