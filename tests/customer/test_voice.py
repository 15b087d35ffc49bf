"""The voice that puts a decision into the authors' words; the language model's is tried in `test_llm_voice.py`."""

from random import Random

from coach.customer.director import Decision
from coach.customer.lines import Act, Deed
from coach.customer.parts import Mood
from coach.customer.scenario import Scenario
from coach.customer.state import Memory
from coach.customer.voice import EmbeddedVoice, Spoken, Voice
from coach.domain import CustomerState, Move, Speaker, Transcript, Turn

SAID = Transcript((Turn(Speaker.CUSTOMER, "We've been bought."), Turn(Speaker.TRAINEE, "Oh no. How is everybody?")))


def chance(seed: object) -> Random:
    """Chance that can be repeated."""
    return Random(str(seed))


def decision(*acts: Act, memory: Memory, mood: Mood = Mood.OPEN) -> Decision:
    facts = tuple(act.about for act in acts if act.deed is Deed.TELL)
    return Decision(acts, Move("disclose", mood.value, facts=facts), mood, memory)


def remembering(*told: str, used: tuple[str, ...] = ()) -> Memory:
    return Memory(state=CustomerState(0.6, 0.5, 0.5, 0.7), told=told, used=used)


def last_of(voice: Voice, scenario: Scenario, what: Decision, said: Transcript = SAID, seed: int = 1) -> Spoken:
    *_, spoken = voice.speak(scenario, what, said, chance(seed))
    return spoken


class TestEmbedded:
    """The authored lines."""

    def test_one_line_an_act_in_their_order(self, scenario: Scenario) -> None:
        what = decision(Act(Deed.REACT, "acknowledged"), Act(Deed.TELL, "floor"), Act(Deed.CLUE, "hired"), memory=remembering())
        spoken = last_of(EmbeddedVoice(), scenario, what)
        assert [key.rpartition("/")[0] for key in spoken.used] == ["react/acknowledged/open", "tell/floor/open", "clue/hired"]
        assert spoken.engine == "embedded"
        assert spoken.text.endswith(tuple(form.line for form in scenario.clue("hired").forms))

    def test_a_bridge_that_leads_nowhere_is_not_said(self, scenario: Scenario) -> None:
        spent = tuple(f"clue/hired/{i}" for i in range(len(scenario.clue("hired").forms)))
        acts = (Act(Deed.REACT, "acknowledged"), Act(Deed.BRIDGE), Act(Deed.CLUE, "hired"))
        spoken = last_of(EmbeddedVoice(), scenario, decision(*acts, memory=remembering(used=spent)))
        assert [key.rpartition("/")[0] for key in spoken.used] == ["react/acknowledged/open"]
        fresh = last_of(EmbeddedVoice(), scenario, decision(*acts, memory=remembering()))
        assert [key.partition("/")[0] for key in fresh.used] == ["react", "bridge", "clue"]

    def test_chance_alone_draws_among_those_left(self, scenario: Scenario) -> None:
        what = decision(Act(Deed.SIDESTEP), memory=remembering())
        lines = {seed: last_of(EmbeddedVoice(), scenario, what, seed=seed) for seed in range(20)}
        assert lines[3] == last_of(EmbeddedVoice(), scenario, what, seed=3)
        assert len({spoken.text for spoken in lines.values()}) > 1

    def test_what_was_said_is_not_said_again(self, scenario: Scenario) -> None:
        used = tuple(f"sidestep/open/{i}" for i in range(len(scenario.sidesteps[Mood.OPEN])))
        spoken = last_of(EmbeddedVoice(), scenario, decision(Act(Deed.SIDESTEP), memory=remembering(used=used)))
        assert spoken.used[0].startswith("sidestep/warm/")
