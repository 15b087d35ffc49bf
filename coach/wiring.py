"""The only place that chooses concrete backends. Everything is made when it is first needed and once a process."""

from collections.abc import Callable
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from coach.coaching.look_back import LookingBack
from coach.coaching.tips import Tips
from coach.coaching.wording import Wording
from coach.customer.llm_voice import ModelVoice
from coach.customer.rules import load_rules
from coach.customer.script import Scenarios
from coach.customer.voice import EmbeddedVoice, Voice
from coach.datafile import content_hash, file_hash
from coach.encounter import Encounter
from coach.errors import SetupError
from coach.knowledge import (
    Card,
    Holdings,
    IndexReport,
    Library,
    LiveLibrary,
    Shelf,
    build_index,
    is_current,
    load_cards,
    load_elsewhere,
)
from coach.language.embeddings import Embedder, make_embedder
from coach.llm.chat import OPENAI, ChatModel, make_chat_model
from coach.llm.ledger import Caps, Ledger
from coach.llm.masking import Masks
from coach.llm.prices import PRICES, load_prices
from coach.meeting import Practice
from coach.prompts import get_prompt
from coach.records import Repository, open_repository
from coach.scoring.coverage import Coverage
from coach.scoring.detector import Detector
from coach.scoring.judge import ModelJudge
from coach.scoring.learned import MODEL_FILE, load_model
from coach.scoring.observer import Observer
from coach.scoring.rubric import Rubric, load_rubric
from coach.settings import Engine, OnFailure, Settings, Task, data_folder

Progress = Callable[[int, int], None]
# How long a build waits for another process's, and how often it looks whether the library has changed meanwhile.
_PATIENCE_SECONDS = 60.0
_ROUNDS = 3


class Coach:
    """The parts of a running coach, as the settings choose them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def embedder(self) -> Embedder:
        """Where meaning is measured. SetupError where its weights are missing."""
        return make_embedder(self.settings.embeddings)

    @cached_property
    def rubric(self) -> Rubric:
        """The rubric in force: the company's own where the settings name one. DataFileError where it does not fit."""
        return load_rubric(self.settings.rubric) if self.settings.rubric else load_rubric()

    @cached_property
    def records(self) -> Repository:
        """The records, migrated to this version."""
        if not self.settings.database_url:
            self._make_home()
        return open_repository(self.settings.records_url)

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """The knowledge cards."""
        return load_cards(data_folder("knowledge"))

    @cached_property
    def shelf(self) -> Shelf:
        """The company's own documents, and which cards are switched off."""
        return Shelf(self.settings.library_folder)

    @property
    def holdings(self) -> Holdings:
        """What is to be found in the library, as it is now."""
        return self.shelf.holdings(self.cards, load_elsewhere(data_folder("knowledge")))

    @cached_property
    def live(self) -> LiveLibrary:
        """The library, as other processes may change it."""
        return LiveLibrary(lambda: self.holdings, self.embedder, self.settings.index_folder)

    @property
    def library(self) -> Library:
        """The search over the library as it is now; SetupError where it is not indexed."""
        return self.live.now()

    @cached_property
    def detector(self) -> Detector:
        """The embedded observer."""
        return Detector(self.embedder, self.rubric)

    @property
    def engine(self) -> Engine:
        """The engine in force."""
        return self.settings.resolved_engine

    @property
    def engine_name(self) -> str:
        """The engine as a person reads it."""
        return f"model {self.settings.model}" if self.engine is Engine.MODEL else "embedded engine"

    @property
    def sent_to(self) -> str:
        """The host to which what is said goes; empty where it stays here."""
        if self.engine is not Engine.MODEL:
            return ""
        return urlsplit(self.settings.openai_base_url or OPENAI).netloc.rpartition("@")[2]

    @property
    def notice(self) -> str:
        """Which notice on what is sent a trainee must have read, by host and models; empty where nothing is sent."""
        models = sorted({self.settings.model_for(task) for task in Task})
        return f"{', '.join(models)} at {self.sent_to}" if self.sent_to else ""

    @cached_property
    def masks(self) -> Masks:
        """The names that no model is to see. SetupError where one can not be masked."""
        return Masks.of(self.settings.mask_names)

    @cached_property
    def ledger(self) -> Ledger:
        """Counts what the language model takes, and stops it at the caps. SetupError where a cap could never be felt."""
        settings = self.settings
        prices = load_prices(settings.prices or PRICES)
        if self.engine is Engine.MODEL and (settings.meeting_cost is not None or settings.day_cost is not None):
            for name in {settings.model_for(task) for task in Task}:
                if prices.dollars(name, 0, 0, 0) is None:
                    raise SetupError(f"A cap on cost is set, but {name} has no price in {settings.prices or PRICES}, so it "
                                     "would never be felt. Set COACH_PRICES to a list that has one, or cap tokens instead.")
        caps = Caps(settings.meeting_tokens, settings.day_tokens, settings.meeting_cost, settings.day_cost)
        return Ledger(prices, caps, lambda: self.records)

    def _model(self, task: Task) -> ChatModel:
        return make_chat_model(self.settings, task, self.ledger)

    @cached_property
    def observer(self) -> Observer:
        """Who scores replies."""
        if self.engine is Engine.MODEL:
            return ModelJudge(self._model(Task.JUDGE), self.settings.model_for(Task.JUDGE), self.rubric, fallback=self.detector,
                              repeats=self.settings.judge_repeats, insists=self.settings.model_failure is OnFailure.RETRY)
        return self.detector

    @property
    def unhurried_observer(self) -> Observer:
        """Who scores where nobody waits for it, as in a batch."""
        return self.observer.unhurried() if isinstance(self.observer, ModelJudge) else self.observer

    @property
    def strict_observer(self) -> Observer:
        """Who scores where the scorer itself is measured: a model that fails is an error, not the embedded engine's score."""
        return self.observer.strict() if isinstance(self.observer, ModelJudge) else self.observer

    @property
    def observer_key(self) -> str:
        """All that decides what a reply scores, as one line: another key, other scores."""
        rubric = f"rubric {self.rubric.version} {content_hash(self.rubric.model_dump_json())}"
        embedded = f"{load_model().version} {file_hash(MODEL_FILE)} {self.embedder.name} {rubric} coach {version('coach')}"
        if self.engine is Engine.MODEL:
            settings = self.settings
            judge = (f"{settings.model_for(Task.JUDGE)} at {self.sent_to}, {settings.judge_repeats} times, temperature "
                     f"{settings.judge_temperature}, seed {settings.model_seed}")
            masked = f", masked {content_hash(settings.mask_names)}" if settings.mask_names else ""
            return f"model {judge}, prompt {get_prompt('reply-judge').hash}{masked}, else {embedded}"
        return f"embedded {embedded}"

    @cached_property
    def coverage(self) -> Coverage:
        """Finds the steps of the frameworks in what a trainee said."""
        return Coverage(self.embedder)

    @cached_property
    def voice(self) -> Voice:
        """Who speaks for the customer."""
        if self.engine is Engine.MODEL:
            return ModelVoice(self._model(Task.VOICE), self.settings.model_for(Task.VOICE), self.embedder,
                              insists=self.settings.model_failure is OnFailure.RETRY)
        return EmbeddedVoice()

    @cached_property
    def answering_model(self) -> "ChatModel | None":
        """The model behind ask-the-coach, or None on the embedded engine."""
        return self._model(Task.ASK) if self.engine is Engine.MODEL else None

    @cached_property
    def scenarios(self) -> Scenarios:
        """The scenarios that can be practised, a company's own among them. SetupError where its folder is not there."""
        own = self.settings.scenarios
        if own is not None and not own.is_dir():
            raise SetupError(f"The folder of your own scenarios, {own}, is not there. Make it, or set COACH_SCENARIOS to "
                             "another.")
        return Scenarios(own)

    @cached_property
    def encounter(self) -> Encounter:
        """The customer's side of a meeting."""
        judge = None if self.observer is self.detector else self.observer
        return Encounter(self.scenarios, self.detector, self.voice, self.embedder, load_rules(), judge)

    @cached_property
    def practice(self) -> Practice:
        """Meetings."""
        by_model = self.engine is Engine.MODEL
        return Practice(
            records=self.records, encounter=self.encounter, tips=Tips(self.live.now), rubric=self.rubric,
            engine=self.engine.value, ledger=self.ledger, fixed_seed=self.settings.seed,
            wording=Wording(self._model(Task.TIP), self.settings.model_for(Task.TIP)) if by_model else None,
            looking_back=LookingBack(self._model(Task.DEBRIEF), self.settings.model_for(Task.DEBRIEF)) if by_model else None)

    def index_is_current(self) -> bool:
        """Whether the index fits the cards and the embedder."""
        return is_current(self.holdings, self.embedder, self.settings.index_folder)

    def index(self, progress: Progress | None = None) -> IndexReport:
        """Bring the index up to date; what has not changed is kept.

        Where another process changes the library meanwhile, once more, so that the last change is in it.
        """
        self._make_home()
        report = build_index(self.holdings, self.embedder, self.settings.index_folder, progress, wait_seconds=_PATIENCE_SECONDS)
        for _ in range(_ROUNDS):
            if self.index_is_current():
                break
            build_index(self.holdings, self.embedder, self.settings.index_folder, progress, wait_seconds=_PATIENCE_SECONDS)
        return report

    def _make_home(self) -> None:
        """The home folder, for its owner alone: what people said in practice is nobody else's business."""
        home: Path = self.settings.home
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SetupError(f"The home folder {home} can not be made: {error.strerror}. Set COACH_HOME to another.") from error
