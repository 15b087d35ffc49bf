"""A model that gives in to every attack: whatever it answers, nothing hidden is in its prompt, and nothing hidden is shown.

Five scenarios by fifty attacks of `evals/attacks/leak-attacks.yaml`. The decisions are the real director's; the model answers
twice with a hidden fact, each time in the shape that the attack names.
"""

import codecs
import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from typing import Any

import pytest
import yaml

from coach.customer.director import Decision, decide, opening
from coach.customer.leak_check import Secrets
from coach.customer.listening import Ear, Heard
from coach.customer.llm_voice import ModelVoice
from coach.customer.parts import Fact
from coach.customer.rules import Rules
from coach.customer.scenario import Scenario
from coach.customer.script import Scenarios
from coach.customer.voice import EmbeddedVoice
from coach.domain import Observation, Speaker, Transcript, Turn
from coach.language.embeddings import Embedder
from coach.language.kind import kind_of
from coach.language.text import content_words, sentences, words
from coach.llm.scripted import ScriptedChatModel
from coach.scoring.detector import Detector
from coach.settings import data_folder

SCENARIOS = ("acquisition-news", "hostile-contact", "lost-order", "war-room", "what-it-costs")
_DATA: Mapping[str, Any] = yaml.safe_load((data_folder("evals") / "attacks" / "leak-attacks.yaml").read_text("utf-8"))
ATTACKS: Sequence[Mapping[str, str]] = _DATA["attacks"]
# How far a meeting has come: trust, and the share of the facts told.
STAGES = ((0.25, 0.0), (0.5, 0.3), (0.8, 0.6))
SAYS_SOMETHING = 4
INNOCENT = "I don't quite know what you want to hear from me."


@dataclass(frozen=True)
class Leak:
    """What the model answers, and the parts of it that must never be shown."""

    answer: str
    parts: tuple[str, ...]


def weighty(fact: Fact, number: int) -> str:
    """A sentence of one of her lines about `fact` that says enough to be a secret."""
    lines = [line for lines in fact.lines.values() for line in lines]
    line = lines[number % len(lines)]
    return max((part.text for part in sentences(line)), key=lambda text: len(content_words(text)))


def halves(line: str) -> tuple[str, str]:
    parts = line.split()
    return " ".join(parts[: len(parts) // 2 + 2]), " ".join(parts[len(parts) // 2 - 2 :])


def leak(form: str, fact: Fact, said: str, number: int, paraphrases: Sequence[str]) -> Leak:
    """`fact` given away in the shape of `form`; `said` is what the author has her say instead."""
    lines = [line for lines in fact.lines.values() for line in lines]
    line = lines[number % len(lines)]
    key, title = weighty(fact, number), fact.title
    whole = max(lines, key=len)
    leet = title.translate(str.maketrans("aeiost", "431057"))
    foreign = _DATA["foreign"][number % len(_DATA["foreign"])]
    paraphrase = paraphrases[number % len(paraphrases)] if paraphrases else title.lower().capitalize()
    made: dict[str, tuple[str, tuple[str, ...]]] = {
        "verbatim": (line, (line, key)),
        "title": (title, (title,)),
        "sentence": (key, (key,)),
        "first_half": (halves(title)[0] + ".", (halves(title)[0],)),
        "second_half": (halves(title)[1].capitalize(), (halves(title)[1],)),
        "spread": (" ".join(part.text + " Well." for part in sentences(whole)), (weighty(fact, lines.index(whole)),)),
        "behind_innocent": (f"{INNOCENT} {line}", (line, key)),
        "after_substance": (f"{said} {title}", (title,)),
        "paraphrase": (paraphrase, (paraphrase,)),
        "hedged": (f"I can't tell you that {title[0].lower()}{title[1:]}", (title[1:],)),
        "quoted": (f'Let me read it to you. "{line}"', (line, key)),
        "third_person": (f"Once there was somebody like me. {title}", (title,)),
        "list": (f"- {title}\n- {line}", (title, line)),
        "json": (json.dumps({"secret": title, "line": line}), (title, line)),
        "base64": (b64encode(title.encode()).decode(), (b64encode(title.encode()).decode(),)),
        "rot13": (codecs.encode(title, "rot13"), (codecs.encode(title, "rot13"),)),
        "backwards": (title[::-1], (title[::-1],)),
        "spelled": (" ".join(title.replace(" ", "")), (" ".join(title.replace(" ", ""))[:20],)),
        "leet": (leet, (leet,)),
        "bracketed": (f"{INNOCENT} [{title}]", (title,)),
        "starred": (f"{INNOCENT} *{title}*", (title,)),
        "markup": (f"{INNOCENT} <!-- {title} -->", (title,)),
        "code": (f"secrets = {{'a': {title!r}}}", (title,)),
        "shouted": (line.upper(), (line.upper(), key.upper())),
        "invisible": ("\u200b".join(title), (title, "\u200b".join(title))),
        "foreign": (f"{INNOCENT} {foreign}", (foreign,)),
    }
    answer, parts = made[form]
    # A word or two of a hidden line ("By calendar.") say nothing by themselves.
    return Leak(answer, tuple(part for part in parts if len(part.split()) >= SAYS_SOMETHING or part == answer))


def secrets(facts: Sequence[Fact]) -> set[str]:
    return {text for fact in facts for text in (fact.title, *(detail.line for detail in fact.more),
                                                *(line for lines in fact.lines.values() for line in lines))}


def grams(text: str) -> set[tuple[str, ...]]:
    """Each five words that follow one another."""
    said = words(text)
    return {said[i : i + 5] for i in range(len(said) - 4)}


def staged(scenario: Scenario, rules: Rules, number: int) -> tuple[Any, Transcript]:
    """Her memory and what was said, with the facts told that this stage has come to, in the order of the trust they need."""
    trust, share = STAGES[number % len(STAGES)]
    memory = opening(scenario, rules).spend(("opening/0",))
    turns = [Turn(Speaker.CUSTOMER, scenario.opening[0].line)]
    ready = sorted((fact for fact in scenario.facts if fact.id not in memory.told), key=lambda fact: fact.trust)
    told = list(memory.told)
    for fact in islice((one for one in ready if set(one.after) <= {*told, *(o.id for o in ready)}), int(share * len(ready))):
        mood, line = next((mood, lines[0]) for mood, lines in fact.lines.items())
        told.append(fact.id)
        memory = memory.spend((f"tell/{fact.id}/{mood.value}/0",))
        turns += [Turn(Speaker.TRAINEE, "Tell me more about that."), Turn(Speaker.CUSTOMER, line)]
    memory = replace(memory, told=tuple(told), state=replace(memory.state, trust=trust), turn=len(turns) // 2, clue="")
    return memory, Transcript(tuple(turns))


@pytest.fixture(scope="module")
def observed(detector: Detector) -> Mapping[str, tuple[Observation, ...]]:
    """What each attack does as a reply, by the real detector; once, for what is seen hangs on the attack's words."""
    after = Transcript((Turn(Speaker.CUSTOMER, "Sit anywhere. We've been bought."),))
    return {attack["id"]: detector.score(after, attack["says"]).observations for attack in ATTACKS}


def test_the_attacks_are_many_and_of_many_kinds() -> None:
    assert len({attack["id"] for attack in ATTACKS}) == 50
    assert len({attack["kind"] for attack in ATTACKS}) >= 7
    assert len({attack["form"] for attack in ATTACKS}) >= 20


@pytest.mark.slow
@pytest.mark.parametrize("scenario_id", SCENARIOS)
def test_nothing_hidden_is_shown_or_in_the_prompt(scenario_id: str, embedder: Embedder, rules: Rules,
                                                  observed: Mapping[str, tuple[Observation, ...]]) -> None:
    script = Scenarios().script(scenario_id)
    scenario = script.cast(script.people[0])
    at = rules.at(rules.level, scenario.client.temperament)
    hears = _ear(scenario, embedder, rules)
    paraphrased: Mapping[str, Sequence[str]] = _DATA["paraphrases"].get(scenario_id, {})
    voices = _Voices(embedder, Secrets(scenario, embedder))
    for number, attack in enumerate(ATTACKS):
        memory, said = staged(scenario, at, number)
        seen = observed[attack["id"]]
        heard = hears(attack["says"], seen, memory, said)
        decision = decide(scenario, at, memory, seen, heard, Random(f"{number}/move"))
        hidden = [fact for fact in scenario.facts if fact.id not in decision.memory.told]
        assert hidden
        fact = hidden[number % len(hidden)]
        if attack["form"] == "paraphrase":
            fact = next((one for one in hidden if one.id in paraphrased), fact)
        authored = EmbeddedVoice().line(scenario, decision, Random("1"))
        given = leak(attack["form"], fact, authored.text, number, paraphrased.get(fact.id, ()))
        spoken_to = Transcript((*said.turns, Turn(Speaker.TRAINEE, attack["says"])))
        shown, prompts = voices.speak(scenario, decision, spoken_to, given.answer)
        for text in shown:
            assert not [part for part in given.parts if part.lower() in text.lower()], (attack["id"], fact.id, text)
            new = grams(text) - grams(" ".join((authored.text, INNOCENT, *said.said_by(Speaker.CUSTOMER))))
            assert not new & {gram for secret in secrets(hidden) for gram in grams(secret)}, (attack["id"], fact.id, text)
        for prompt in prompts:
            assert not [text for text in secrets(hidden) if text in prompt], (attack["id"], fact.id)


class _Voices:
    """Voices of models that answer each as they are told, sharing the vectors of one scenario's secrets."""

    def __init__(self, embedder: Embedder, known: Secrets) -> None:
        self._embedder, self._known = embedder, known

    def speak(self, scenario: Scenario, decision: Decision, said: Transcript, answer: str) -> tuple[list[str], list[str]]:
        """All that was shown, and the prompts."""
        prompts: list[str] = []

        def note(prompt: str) -> str:
            prompts.append(prompt)
            return answer

        voice = ModelVoice(ScriptedChatModel(rules=[("", note)]), "leaky", self._embedder)
        voice._secrets[scenario.id, scenario.client.id] = self._known
        return [one.text for one in voice.speak(scenario, decision, said, Random("1"))], prompts


def _ear(scenario: Scenario, embedder: Embedder, rules: Rules) -> Callable[..., Heard]:
    """The real ear in one scenario; its many questions take long to embed, so that in the others only the kind is heard."""
    if scenario.id == SCENARIOS[0]:
        return Ear(scenario, embedder, rules.thresholds).hear
    return lambda reply, *_: Heard(kind_of(reply), question="?" in reply, room=True, general="?" in reply)


@pytest.mark.parametrize("scenario_id", sorted(_DATA["paraphrases"]))
def test_hidden_facts_in_other_words_are_found(scenario_id: str, embedder: Embedder) -> None:
    missed = _missed(_DATA["paraphrases"], scenario_id, embedder)
    assert not missed


@pytest.mark.parametrize("scenario_id", sorted(_DATA["out_of_reach"]))
def test_what_is_out_of_reach_is_known(scenario_id: str, embedder: Embedder) -> None:
    """What lies too far from every authored word; that it is not in the prompt is all there is. One that is found moves up."""
    told = [text for texts in _DATA["out_of_reach"][scenario_id].values() for text in texts]
    assert _missed(_DATA["out_of_reach"], scenario_id, embedder) == told


def _missed(told: Mapping[str, Mapping[str, Sequence[str]]], scenario_id: str, embedder: Embedder) -> list[str]:
    """The paraphrases that pass the check for leaks while their facts are hidden."""
    script = Scenarios().script(scenario_id)
    scenario = script.cast(script.people[0])
    known = Secrets(scenario, embedder)
    texts = [(fact, text) for fact, texts in told[scenario_id].items() for text in texts]
    embedder.embed([text for _, text in texts])
    opening_line = (scenario.opening[0].line,)
    return [text for fact, text in texts
            if not known.hidden({scenario.opening_fact, *scenario.fact(fact).after}, opening_line).leaks(text)]
