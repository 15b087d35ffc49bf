"""Tips against labelled situations: the labels hold together, and learning them again gives the same weights."""

import json
from collections import Counter
from pathlib import Path

import pytest

from coach.coaching.choice import card_weights
from coach.errors import InputError
from coach.evals.labels import load_rated
from coach.evals.report import tips_text
from coach.evals.tip_training import train_tips
from coach.evals.tips import load_situations, tip_fit
from coach.knowledge import Library
from coach.scoring.detector import Detector
from coach.settings import data_folder

TOLERANCE = 0.02


def test_the_labels_that_ship(library: Library) -> None:
    situations = load_situations()
    assert Counter(one.split for one, _ in situations) == {"train": 720, "dev": 72, "test": 72}
    cards = {card.id for card in library.cards}
    assert all({*one.best, *one.ok} <= cards and not {*one.best} & {*one.ok} for one, _ in situations)
    measured = {reply.reply for name in ("replies_dev", "replies_unseen")
                for reply in load_rated(data_folder("evals") / "labels" / f"{name}.jsonl")}
    assert all((reply.reply in measured) is (one.split != "train") for one, reply in situations)


def test_learning_again_gives_the_same_weights(library: Library) -> None:
    again = train_tips([one for one in load_situations() if one[0].split == "train"], [card.id for card in library.cards])
    for card, weights in card_weights().cards.items():
        for name in {*weights, *again[card]}:
            assert weights.get(name, 0.0) == pytest.approx(again[card].get(name, 0.0), abs=TOLERANCE), (card, name)


def test_tips_fit_better_than_what_the_words_alone_find(library: Library, detector: Detector) -> None:
    found = tip_fit([one for one in load_situations() if one[0].split == "dev"][::3], detector, library)
    assert found.situations == 24
    assert found.fitting["situation"].value > found.fitting["reply"].value + 0.2
    assert "by the situation" in tips_text(found)


def test_a_situation_without_its_reply_is_told(tmp_path: Path) -> None:
    labels = data_folder("evals") / "labels"
    (tmp_path / "replies_dev.jsonl").write_text((labels / "replies_dev.jsonl").read_text("utf-8"), "utf-8")
    path = tmp_path / "tips.jsonl"
    line = {"reply": "nobody", "within": "replies_dev.jsonl", "best": ["equals"], "ok": [], "split": "dev"}
    path.write_text(json.dumps(line), "utf-8")
    with pytest.raises(InputError, match=r"there is no reply 'nobody' in replies_dev\.jsonl"):
        load_situations(path)
