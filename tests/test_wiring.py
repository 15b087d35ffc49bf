"""What the wiring promises beyond choosing: a private home, and a true word on where what is said goes."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from coach.settings import Embeddings, Engine, Settings
from coach.wiring import Coach


def test_the_home_folder_is_its_owner_s_alone_whoever_makes_it_first(tmp_path: Path) -> None:
    home = tmp_path / "a" / "home"
    coach = Coach(Settings(home=home, embeddings=Embeddings.LEXICAL))
    coach.index()
    coach.records.health()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.parametrize(("engine", "url", "host"), [
    (Engine.EMBEDDED, "http://me:secret@models.example:8000/v1", ""),
    (Engine.MODEL, "http://me:secret@models.example:8000/v1", "models.example:8000"), (Engine.MODEL, "", "api.openai.com")])
def test_where_what_is_said_goes(engine: Engine, url: str, host: str) -> None:
    assert Coach(Settings(engine=engine, openai_base_url=url, openai_api_key=SecretStr("k"))).sent_to == host
