"""On the wire: a listed name never goes out, and what comes back names it again."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from coach.coaching.ask import ask_coach
from coach.domain import Speaker, Transcript, Turn
from coach.knowledge import Library
from coach.llm.chat import ask_for, ask_for_text, make_chat_model
from coach.scoring.judge import ModelJudge
from coach.scoring.rubric import Rubric
from coach.settings import Engine, Settings, Task
from tests.fake_endpoint import KEY, Endpoint, Handler, fails, says, serving

NAMES = "Tobias Reuter; Novak Group"
REPLY = "I heard that novak's people let you go, and that Tobias Reuter knew. That must hurt."
HISTORY = "Novak Group has bought us. Reuter told me."
BEHAVIOUR: dict[str, Any] = {"behaviour": "acknowledges", "confidence": 1.0, "about": ""}
AMOUNTS = {"empathy": 3, "selling": 0, "overall": 3, "earned": False}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as served:
        yield served
        for asked in served.asked:
            sent = json.dumps(asked, ensure_ascii=False).casefold()
            assert not [name for name in ("reuter", "tobias", "novak") if name in sent]


@pytest.fixture
def settings(endpoint: Endpoint) -> Settings:
    return Settings(engine=Engine.MODEL, openai_api_key=SecretStr(KEY), openai_base_url=endpoint.url, model="small",
                    model_retries=0, model_timeout=20, mask_names=NAMES)


class Note(BaseModel):
    """An answer with a schema."""

    about: str
    amount: int


def judges(quote: str) -> str:
    return json.dumps(AMOUNTS | {"behaviours": [BEHAVIOUR | {"quote": quote}], "reason": "You named PartyB."})


def test_the_quotes_of_a_judge_hold_the_names_as_they_were_typed(
        endpoint: Endpoint, settings: Settings, rubric: Rubric) -> None:
    endpoint.acts = [says(judges("partyb1's people let you go, and that PartyA knew"))]
    judge = ModelJudge(make_chat_model(settings, Task.JUDGE), "small", rubric, fallback=None)
    score = judge.score(Transcript((Turn(Speaker.CUSTOMER, HISTORY),)), REPLY)
    assert [seen.quote for seen in score.observations] == ["novak's people let you go, and that Tobias Reuter knew"]
    assert score.note == ""
    assert score.reason == "You named Novak Group."
    assert len(endpoint.asked) == 1


def test_a_text_that_grows_names_them_and_never_shows_a_mask(endpoint: Endpoint, settings: Settings) -> None:
    endpoint.acts = [says("Well, PartyA2 of PartyB said PartyA2")]
    grown = list(ask_for_text(make_chat_model(settings, Task.VOICE), f"{HISTORY} Who?"))
    assert grown[-1].strip() == "Well, Reuter of Novak Group said Reuter"
    assert len(grown) == 6
    assert not any("Party" in text for text in grown)


@pytest.mark.parametrize("way", ["JSON schema", "JSON in text"])
def test_asked_once_more_nothing_leaks(endpoint: Endpoint, settings: Settings, way: str) -> None:
    answers = ['{"about": "PartyA", "amount": "PartyB"}', '{"about": "PartyA", "amount": 2}']

    def act(handler: Handler, body: dict[str, Any]) -> None:
        if way == "JSON in text" and ("response_format" in body or body.get("tools")):
            fails(400)(handler, body)
        else:
            says(answers.pop(0))(handler, body)

    endpoint.acts = [act]
    note = ask_for(make_chat_model(settings, Task.JUDGE), f"{HISTORY} About Tobias Reuter?", Note)
    assert note == Note(about="Tobias Reuter", amount=2)
    assert "An earlier answer did not fit" in endpoint.prompt()


def test_a_question_to_the_coach(endpoint: Endpoint, settings: Settings, library: Library) -> None:
    endpoint.acts = [says("Tell PartyA2 that you are sorry [1].")]
    answer = ask_coach("How do I apologise to Reuter?", library, make_chat_model(settings, Task.ASK))
    assert (answer.engine, answer.text) == ("model", "Tell Reuter that you are sorry [1].")


@pytest.mark.slow
def test_replies_scored_from_the_command_line(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.acts = [says(judges("PartyA knew"))]
    given = {"id": 1, "history": [{"role": "customer", "text": HISTORY}], "reply": REPLY}
    (tmp_path / "in.jsonl").write_text(json.dumps(given) + "\n", encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "coach", "score", "--replies", "in.jsonl", "--out", "out.jsonl"], check=True, cwd=tmp_path,
        timeout=60, env=os.environ | {"PYTHONPATH": str(Path.cwd()), "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": endpoint.url,
                                      "COACH_MASK_NAMES": NAMES, "COACH_MODEL_RETRIES": "0"})
    row = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert row["source"]["engine"] == "model"
    assert [seen["quote"] for seen in row["observations"]] == ["Tobias Reuter knew"]
