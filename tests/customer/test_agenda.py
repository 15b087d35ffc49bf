"""She has an agenda of her own, and limits: what she brings up, what she puts up with, and how she ends a meeting."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from coach.customer.director import Decision, decide, opening, parting
from coach.customer.feelings import moved, only_sympathy
from coach.customer.lines import Act, Deed
from coach.customer.listening import Ear, Heard
from coach.customer.rules import Rules
from coach.customer.scenario import Goal, Scenario
from coach.customer.state import Memory
from coach.customer.topics import Topic
from coach.customer.voice import EmbeddedVoice
from coach.domain import Behaviour as B
from coach.domain import CustomerState, Ending, Observation, Speaker, Transcript, Turn
from coach.language.kind import Kind

STATE = CustomerState(0.5, 0.5, 0.5, 0.8)
SEEDS = range(40)


def chance(seed: object) -> Random:
    """Chance that can be repeated."""
    return Random(str(seed))


def seen(*behaviours: str, sure: float = 0.9) -> list[Observation]:
    return [Observation(behaviour, "words", 0, sure) for behaviour in behaviours]


def asking(*facts: str) -> tuple[Topic, ...]:
    """What a reply asks for that asks for these facts, the first the most plainly."""
    return tuple(Topic(Act(Deed.TELL, fact), 0.2 - i / 100, i) for i, fact in enumerate(facts))


def deeds(decision: Decision) -> list[Deed]:
    return [act.deed for act in decision.acts]


def held(
    scenario: Scenario, rules: Rules, replies: Sequence[tuple[Sequence[Observation], Heard]], seed: int
) -> list[Decision]:
    """What she decides, reply by reply, each line said."""
    memory, done = opening(scenario, rules), []
    for number, (observations, heard) in enumerate(replies, start=1):
        decision = decide(scenario, rules, memory, observations, heard, chance(f"{seed}/{number}"))
        spoken = EmbeddedVoice().line(scenario, decision, chance(f"{seed}/{number}/words"))
        memory = decision.memory.spend(spoken.used)
        done.append(replace(decision, memory=memory))
        if decision.move.ending:
            break
    return done


class TestWants:
    """What she brings up whatever the trainee is after."""

    @pytest.fixture
    def decided(self, scenario: Scenario, rules: Rules) -> list[list[Decision]]:
        """Meetings in which little is said and nothing asked."""
        quiet = (seen(B.ACKNOWLEDGES, B.CLOSED_QUESTION), Heard(Kind.NORMAL))
        return [held(scenario, rules, [quiet] * scenario.length, seed) for seed in SEEDS]

    def test_each_comes_up_from_its_turn_and_once_at_most(self, scenario: Scenario, decided: list[list[Decision]]) -> None:
        raised: set[str] = set()
        for meeting in decided:
            wants = [
                (act.about, turn) for turn, one in enumerate(meeting, start=1) for act in one.acts if act.deed is Deed.WANT
            ]
            assert len({want for want, _ in wants}) == len(wants), "brought up twice"
            assert all(turn >= scenario.want(want).from_turn for want, turn in wants)
            assert tuple(want for want, _ in wants) == meeting[-1].memory.wanted
            raised |= {want for want, _ in wants}
        assert raised == {want.id for want in scenario.wants}

    @pytest.mark.parametrize(("early", "comes"), [(0, True), (1, False)])
    def test_as_soon_as_its_turn_has_come_it_may(
        self, scenario: Scenario, rules: Rules, early: int, *, comes: bool
    ) -> None:
        first = scenario.wants[0]
        memory = Memory(state=STATE, told=("acquired",), turn=first.from_turn - 1 - early)
        decided = [decide(scenario, rules, memory, [], Heard(Kind.NORMAL), chance(seed)) for seed in SEEDS]
        raised = [one for one in decided if Act(Deed.WANT, first.id) in one.acts]
        assert bool(raised) is comes
        assert len(raised) < len(decided), "not each time it may"

    def test_never_beside_a_clue_a_fact_or_a_refusal(self, decided: list[list[Decision]]) -> None:
        for decision in (one for meeting in decided for one in meeting if Deed.WANT in deeds(one)):
            assert decision.acts[-1].deed is Deed.WANT
            assert not {Deed.CLUE, Deed.TELL, Deed.WITHHOLD, Deed.SIDESTEP} & set(deeds(decision))
            assert decision.move.clue_dropped == ""
            assert decision.memory.want == decision.acts[-1].about

    def test_not_two_running(self, decided: list[list[Decision]]) -> None:
        for meeting in decided:
            assert not any(one.memory.want and other.memory.want for one, other in pairwise(meeting))

    def asked(self, scenario: Scenario, rules: Rules, heard: Heard, *behaviours: str, want: str = "notes") -> Decision:
        memory = Memory(state=STATE, told=("acquired",), turn=5, want=want, wanted=(want,) if want else ())
        return decide(scenario, rules, memory, seen(*behaviours), heard, chance(1))

    def test_a_straight_answer_is_taken_note_of_and_wins_a_little(self, scenario: Scenario, rules: Rules) -> None:
        met = self.asked(scenario, rules, Heard(Kind.NORMAL, want_met=True))
        assert met.acts[0] == Act(Deed.WANT_MET, "notes")
        self.moves_by(rules, met, "met")

    def test_passing_it_over_is_noticed_and_costs_a_little(self, scenario: Scenario, rules: Rules) -> None:
        dodged = self.asked(scenario, rules, Heard(Kind.NORMAL))
        assert dodged.acts[0] == Act(Deed.WANT_DODGED, "notes")
        self.moves_by(rules, dodged, "dodged")
        assert dodged.memory.state.patience < STATE.patience

    def moves_by(self, rules: Rules, decision: Decision, fate: str) -> None:
        effect = {"met": rules.wants["met"], "dodged": rules.wants["dodged"]}[fate]
        for part in ("trust", "openness", "stress", "patience"):
            assert getattr(decision.memory.state, part) == pytest.approx(getattr(STATE, part) + getattr(effect, part))

    def test_where_she_asked_nothing_nothing_is_met_or_dodged(self, scenario: Scenario, rules: Rules) -> None:
        decision = self.asked(scenario, rules, Heard(Kind.NORMAL, want_met=True), want="")
        assert not {Deed.WANT_MET, Deed.WANT_DODGED} & set(deeds(decision))
        assert decision.memory.state == STATE

    def test_what_hurts_comes_before_it_and_costs_with_it(self, scenario: Scenario, rules: Rules) -> None:
        decision = self.asked(scenario, rules, Heard(Kind.NORMAL), B.PITCH)
        assert decision.acts[0] == Act(Deed.REACT, "pitch")
        assert Deed.WANT_DODGED not in deeds(decision)
        alone = self.asked(scenario, rules, Heard(Kind.NORMAL), B.PITCH, want="")
        assert decision.memory.state.trust < alone.memory.state.trust

    def test_to_silence_she_does_not_say_that_it_was_dodged(self, scenario: Scenario, rules: Rules) -> None:
        assert Deed.WANT_DODGED not in deeds(self.asked(scenario, rules, Heard(Kind.SILENCE)))

    @pytest.mark.parametrize(
        ("want", "reply", "met"),
        [
            ("who_knew", "No, honestly, we hadn't heard a thing before today.", True),
            ("who_knew", "I read about it in the trade press on the train.", True),
            ("who_knew", "What about the project?", False),
            ("notes", "I won't put a word of this in our system.", True),
            ("notes", "This stays between you and me.", True),
            ("notes", "Lovely weather we're having.", False),
            ("without_me", "I'd let you know before I went to see them.", True),
            ("without_me", "Our platform saves 30%.", False),
        ],
    )
    def test_it_is_heard_by_meaning_whether_she_was_answered(
        self, ear: Ear, scenario: Scenario, want: str, reply: str, *, met: bool
    ) -> None:
        for line in scenario.want(want).lines:
            memory = Memory(state=STATE, told=("acquired",), turn=5, want=want, wanted=(want,))
            history = Transcript((Turn(Speaker.CUSTOMER, line),))
            assert ear.hear(reply, (), memory, history).want_met is met


class TestSympathyAlone:
    """A person wants more than a mirror."""

    MIRROR = (B.ACKNOWLEDGES, B.REFLECTS_FEELING)

    def test_the_third_time_running_she_pushes_back(self, scenario: Scenario, rules: Rules) -> None:
        for seed in range(10):
            done = held(scenario, rules, [(seen(*self.MIRROR), Heard(Kind.NORMAL, room=True))] * 3, seed)
            assert [Act(Deed.REACT, "counselled") in one.acts for one in done] == [False, False, True]

    def test_the_record_says_that_she_pushed_back(self, scenario: Scenario, rules: Rules) -> None:
        memory = Memory(state=STATE, told=("acquired",), turn=3, sympathy=rules.counsel_from - 1)
        decision = decide(scenario, rules, memory, seen(B.ACKNOWLEDGES), Heard(Kind.NORMAL), chance(1))
        assert decision.acts[0] == Act(Deed.REACT, "counselled")
        assert decision.move.kind == "push_back"

    def test_from_then_on_it_wins_less(self, scenario: Scenario, rules: Rules) -> None:
        quiet = scenario.model_copy(update={"wants": ()})  # nothing else of hers moves her trust
        done = held(quiet, rules, [(seen(*self.MIRROR), Heard(Kind.NORMAL, room=True))] * 4, 1)
        trust = [opening(scenario, rules).state.trust, *(one.memory.state.trust for one in done)]
        gains = [after - before for before, after in pairwise(trust)]
        assert min(gains[:2]) > 0
        assert max(gains[2:]) < rules.counsel_fade * min(gains[:2]) + 1e-3
        assert min(gains[2:]) > 0, "it costs nothing"

    def test_the_fade_is_the_rules_own(self, rules: Rules) -> None:
        once = moved(rules, STATE, seen(*self.MIRROR), Kind.NORMAL).trust - STATE.trust
        again = moved(rules, STATE, seen(*self.MIRROR), Kind.NORMAL, counselled=True).trust - STATE.trust
        assert again == pytest.approx(once * rules.counsel_fade, abs=1e-4)
        hurt = seen(B.DISPARAGES)
        assert moved(rules, STATE, hurt, Kind.NORMAL) == moved(rules, STATE, hurt, Kind.NORMAL, counselled=True)

    @pytest.mark.parametrize("more", [B.OPEN_QUESTION, B.FOLLOWS_CLUE, B.OFFERS_HELP, B.CHALLENGES, B.SELF_DISCLOSURE])
    def test_a_reply_with_more_in_it_begins_the_count_anew(self, scenario: Scenario, rules: Rules, more: B) -> None:
        mirror, other = (seen(*self.MIRROR), Heard(Kind.NORMAL)), (seen(*self.MIRROR, more), Heard(Kind.NORMAL))
        done = held(scenario, rules, [mirror, mirror, other, mirror, mirror], 1)
        assert not any(Act(Deed.REACT, "counselled") in one.acts for one in done)
        assert [one.memory.sympathy for one in done] == [1, 2, 0, 1, 2]

    def test_what_is_faint_neither_counts_nor_saves(self) -> None:
        assert only_sympathy([*seen(B.ACKNOWLEDGES), *seen(B.OPEN_QUESTION, sure=0.2)])
        assert not only_sympathy(seen(B.ACKNOWLEDGES, sure=0.2))
        assert not only_sympathy([])


class TestTooEarly:
    """Asked for what is far above the trust there is, she closes a little."""

    HEARD = Heard(Kind.NORMAL, topics=asking("the_list"), question=True)

    def test_it_costs_a_little_and_tells_nothing(self, scenario: Scenario, rules: Rules) -> None:
        state = replace(STATE, trust=0.3)
        decision = decide(scenario, rules, Memory(state=state, told=("acquired",), turn=3), [], self.HEARD, chance(1))
        after = decision.memory.state
        assert decision.move.kind == "withhold"
        assert decision.move.facts == ()
        assert (after.openness, after.patience) == pytest.approx((0.5 - rules.too_early_cost, 0.8 - rules.too_early_cost))
        assert after.trust == pytest.approx(0.3 - rules.too_early_cost / 2)

    def test_where_little_was_missing_it_costs_nothing(self, scenario: Scenario, rules: Rules) -> None:
        state = replace(STATE, trust=rules.needs(scenario, scenario.fact("the_list")) - 0.05)
        memory = Memory(state=state, told=("acquired", *scenario.fact("the_list").after), turn=3)
        decision = decide(scenario, rules, memory, [], self.HEARD, chance(1))
        assert decision.move.kind == "withhold"
        assert decision.memory.state == state

    def test_it_may_cost_the_last_of_her_patience(self, scenario: Scenario, rules: Rules) -> None:
        state = replace(STATE, trust=0.3, patience=rules.leaves_at + rules.too_early_cost / 2)
        decision = decide(scenario, rules, Memory(state=state, told=("acquired",), turn=3), [], self.HEARD, chance(1))
        assert decision.move.ending is Ending.EXCUSED
        assert decision.acts[-1] == Act(Deed.END, "excused")


class TestWhatSheAskedForHerself:
    """It costs nothing with her, up to its turn."""

    UNTIL = 3

    def decided(self, scenario: Scenario, rules: Rules, turn: int) -> Decision:
        inviting = scenario.model_copy(update={"invited": {B.PITCH.value: self.UNTIL}})
        memory = Memory(state=STATE, told=("acquired",), turn=turn - 1)
        return decide(inviting, rules, memory, seen(B.PITCH), Heard(Kind.NORMAL), chance(1))

    @pytest.mark.parametrize("turn", [1, 2, 3])
    def test_up_to_its_turn(self, scenario: Scenario, rules: Rules, turn: int) -> None:
        decision = self.decided(scenario, rules, turn)
        assert decision.memory.state == STATE
        assert Act(Deed.REACT, "pitch") not in decision.acts

    @pytest.mark.parametrize("turn", [4, 9])
    def test_after_it_the_same_costs_as_ever(self, scenario: Scenario, rules: Rules, turn: int) -> None:
        decision = self.decided(scenario, rules, turn)
        assert decision.memory.state.trust < STATE.trust
        assert decision.memory.state.patience < STATE.patience
        assert Act(Deed.REACT, "pitch") in decision.acts

    def test_what_she_did_not_ask_for_costs_at_once(self, scenario: Scenario, rules: Rules) -> None:
        inviting = scenario.model_copy(update={"invited": {B.PITCH.value: self.UNTIL}})
        memory = Memory(state=STATE, told=("acquired",))
        decision = decide(inviting, rules, memory, seen(B.PITCH, B.PRESSURE), Heard(Kind.NORMAL), chance(1))
        assert decision.memory.state.trust < STATE.trust
        assert decision.acts[0] == Act(Deed.REACT, "pressed")


class TestEndings:
    """She says yes, she excuses herself, she walks out."""

    def asked(self, scenario: Scenario, rules: Rules, memory: Memory, *more: str, heard: Heard | None = None) -> Decision:
        return decide(scenario, rules, memory, seen(B.NEXT_STEP, *more), heard or Heard(Kind.NORMAL), chance(1))

    def earned(self, scenario: Scenario, rules: Rules) -> Memory:
        """Just enough for a yes."""
        goal = rules.goals[scenario.goal]
        enough = round(goal.commit_facts * len(scenario.facts) + 0.499)
        state = replace(STATE, trust=goal.commit_trust)
        return Memory(state=state, told=tuple(fact.id for fact in scenario.facts[:enough]), turn=rules.commit_from_turn)

    def test_to_something_definite_she_says_yes_to_who_has_earned_it(self, scenario: Scenario, rules: Rules) -> None:
        decision = self.asked(scenario, rules, self.earned(scenario, rules))
        assert decision.move.ending is Ending.COMMITTED
        assert decision.acts == (Act(Deed.END, "committed"),)
        assert EmbeddedVoice().line(scenario, decision, chance(1)).text in scenario.endings[Ending.COMMITTED]

    @pytest.mark.parametrize(
        "change",
        [
            lambda one: replace(one, state=replace(one.state, trust=one.state.trust - 0.05)),
            lambda one: replace(one, told=one.told[:-1]),
            lambda one: replace(one, turn=one.turn - 1),
        ],
        ids=["too little trust", "too little known", "too early"],
    )
    def test_who_has_not_earned_it_gets_no_yes(self, scenario: Scenario, rules: Rules, change: object) -> None:
        assert callable(change)
        assert self.asked(scenario, rules, change(self.earned(scenario, rules))).move.ending is None

    @pytest.mark.parametrize("spoilt", [B.PRESSURE, B.PITCH, B.FALSE_EMPATHY])
    def test_nor_does_who_pushes(self, scenario: Scenario, rules: Rules, spoilt: B) -> None:
        memory = self.earned(scenario, rules)
        memory = replace(memory, state=replace(memory.state, trust=0.99))
        assert self.asked(scenario, rules, memory, spoilt).move.ending is not Ending.COMMITTED

    def test_nor_who_asks_for_something_else_in_the_same_breath(self, scenario: Scenario, rules: Rules) -> None:
        heard = Heard(Kind.NORMAL, topics=asking("floor"), question=True)
        assert self.asked(scenario, rules, self.earned(scenario, rules), heard=heard).move.ending is None

    @pytest.mark.parametrize(("above", "ending"), [(0.02, Ending.EXCUSED), (-0.02, Ending.LEFT)])
    def test_out_of_patience_she_is_polite_as_far_as_she_trusts(
        self, scenario: Scenario, rules: Rules, above: float, ending: Ending
    ) -> None:
        state = replace(STATE, trust=rules.excuses_from + above, patience=rules.leaves_at + 0.01)
        memory = Memory(state=state, told=("acquired",), turn=4)
        decision = decide(scenario, rules, memory, [], Heard(Kind.SILENCE), chance(1))
        assert decision.acts == (Act(Deed.END, ending.value),)
        assert decision.move.ending is ending
        assert decision.move.kind == f"ends_{ending.value}"

    def test_from_who_is_rude_she_walks_away_however_much_she_trusted(self, scenario: Scenario, rules: Rules) -> None:
        memory = Memory(state=replace(STATE, trust=0.9, patience=0.3), told=("acquired",), turn=4)
        assert decide(scenario, rules, memory, [], Heard(Kind.RUDE), chance(1)).move.ending is Ending.LEFT

    @pytest.mark.parametrize("goal", Goal)
    def test_what_ends_well_hangs_on_what_the_meeting_was_for(self, scenario: Scenario, rules: Rules, goal: Goal) -> None:
        meant = scenario.model_copy(update={"goal": goal})
        rule, facts = rules.goals[goal], [fact.id for fact in scenario.facts]
        enough = facts[: round(rule.well_facts * len(facts) + 0.499)]
        trusting = replace(STATE, trust=rule.well_trust)
        assert parting(meant, rules, trusting, enough) is Ending.WELL
        assert parting(meant, rules, trusting, enough[:-1]) is Ending.FLAT
        assert parting(meant, rules, replace(trusting, trust=rule.well_trust - 0.01), enough) is Ending.FLAT

    def test_an_interview_needs_less_trust_and_more_learned(self, rules: Rules) -> None:
        sales, interview = rules.goals[Goal.SALES], rules.goals[Goal.INTERVIEW]
        assert interview.well_trust < sales.well_trust
        assert interview.well_facts > sales.well_facts
        assert interview.commit_facts > sales.commit_facts
