"""A reply in its context: the adapter changes the encoder as written, and what is read follows the reply's sentences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.domain import Speaker, Transcript, Turn
from coach.language.bert import WIDTH, Bert
from coach.language.context import CONTEXT_TOKENS, FEATURES, REPLY_TOKENS, ContextReader, Pairs
from coach.language.minilm import packaged, packaged_bert

HISTORY = Transcript((Turn(Speaker.CUSTOMER, "We have been bought. I may not be here by summer."),))
REPLY = "That is big news. How are you taking it?"
MATRIX = "encoder.layer.0.attention.output.dense"


@pytest.fixture(scope="module")
def bert() -> Bert:
    folder = packaged()
    assert folder is not None
    return packaged_bert(folder)


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    folder = packaged()
    assert folder is not None
    return Pairs.load(folder)


@pytest.fixture(scope="module")
def reader() -> ContextReader:
    read = ContextReader.load({})
    assert read is not None
    return read


def test_an_adapter_adds_its_product_and_leaves_the_encoder_as_it_was(bert: Bert) -> None:
    random = np.random.default_rng(1)
    up, down = (random.normal(size=size).astype(np.float32) for size in ((WIDTH, 4), (4, WIDTH)))
    before = bert.weights[f"{MATRIX}.weight"].copy()
    adapted = bert.adapted({f"{MATRIX}.up": up, f"{MATRIX}.down": down})
    np.testing.assert_allclose(adapted.blocks[0].out, (before + up @ down).T, rtol=1e-6)
    np.testing.assert_array_equal(bert.weights[f"{MATRIX}.weight"], before)
    np.testing.assert_array_equal(adapted.blocks[1].out, bert.blocks[1].out)


def test_several_at_once_read_as_each_alone(reader: ContextReader) -> None:
    replies = [(HISTORY, REPLY), (HISTORY, "Hm."), (Transcript(), "What about the project, and who signs it off now?")]
    for alone, together in zip((reader.read(*one) for one in replies), reader.read_many(replies), strict=True):
        np.testing.assert_allclose(alone.whole, together.whole, atol=1e-4)
        np.testing.assert_allclose(alone.sentences, together.sentences, atol=1e-4)


def test_the_context_counts(reader: ContextReader) -> None:
    other = Transcript((Turn(Speaker.CUSTOMER, "Good. So what does it cost?"),))
    assert np.abs(reader.read(HISTORY, REPLY).whole - reader.read(other, REPLY).whole).max() > 0.05


def test_each_sentence_has_its_row(reader: ContextReader) -> None:
    found = reader.read(HISTORY, REPLY)
    assert found.whole.shape == (FEATURES,)
    assert found.sentences.shape == (2, WIDTH)
    assert np.linalg.norm(found.sentences, axis=1).min() > 0.1


@given(reply=st.text(max_size=400), line=st.text(max_size=900))
def test_any_pair_fits_the_encoder(pairs: Pairs, reply: str, line: str) -> None:
    pair = pairs.pair(Transcript((Turn(Speaker.CUSTOMER, line),)), reply)
    assert len(pair.context) <= CONTEXT_TOKENS
    assert len(pair.reply) <= REPLY_TOKENS
    assert len(pair.ids) == len(pair.kinds) == len(pair.context) + len(pair.reply) + 3
    assert list(pair.sentence) == sorted(pair.sentence)


def test_a_very_long_reply_is_read_as_far_as_it_fits(reader: ContextReader) -> None:
    found = reader.read(HISTORY, "We talk and we talk about it all. " * 60)
    assert found.sentences.shape == (60, WIDTH)
    assert not found.sentences[-1].any()
