"""The director: whatever is said to her, in whatever order, she keeps what is not yet due, and stays who she is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.customer.director import Decision, decide, opening, parting
from coach.customer.feelings import moved
from coach.customer.lines import Act, Deed, unsaid
from coach.customer.listening import Heard
from coach.customer.parts import NEAREST, Mood
from coach.customer.rules import Rules, load_rules
from coach.customer.scenario import Scenario
from coach.customer.script import Scenarios
from coach.customer.state import Memory
from coach.customer.topics import Topic
from coach.customer.voice import EmbeddedVoice
from coach.domain import Behaviour, CustomerState, Ending, Level, Observation
from coach.language.kind import Kind

SCENARIO = Scenarios().cast("acquisition-news", "maren")
RULES = load_rules().at(Level.MEDIUM, SCENARIO.client.temperament)
FACTS = [fact.id for fact in SCENARIO.facts]
KIND = (Behaviour.ACKNOWLEDGES, Behaviour.OPEN_QUESTION, Behaviour.INVITES_MORE)

OBSERVATIONS = st.lists(
    st.builds(Observation, st.sampled_from([b.value for b in Behaviour]), st.just("words"), st.just(0), st.floats(0, 1)),
    max_size=6,
)
TOPICS = st.builds(
    Topic,
    st.one_of(
        st.sampled_from([Act(Deed.TELL, fact) for fact in FACTS]),
        st.sampled_from([Act(Deed.MORE, SCENARIO.opening_fact, i) for i in range(len(SCENARIO.facts[0].more))]),
        st.sampled_from([Act(Deed.ANSWER, topic.id, 0) for topic in SCENARIO.outside]),
    ),
    st.floats(0, 0.4),
    st.integers(0, 2),
)
HEARD = st.builds(
    Heard,
    kind=st.sampled_from([Kind.NORMAL] * 6 + list(Kind)),
    topics=st.lists(TOPICS, max_size=4).map(tuple),
    nearly=st.lists(st.sampled_from(FACTS), max_size=2, unique=True).map(tuple),
    about_her=st.booleans(),
    clue_met=st.booleans(),
    room=st.booleans(),
    question=st.booleans(),
    goes_on=st.booleans(),
    clarifies=st.booleans(),
    general=st.booleans(),
    want_met=st.booleans(),
    feeling=st.sampled_from(["", "worried"]),
    jargon=st.sampled_from(["", "leverage"]),
)
STEPS = st.lists(st.tuples(OBSERVATIONS, HEARD), max_size=20)
SHARES = st.floats(0, 1)
# Every level, with everybody's temper.
MANNERS = st.tuples(st.sampled_from(Level), st.sampled_from(sorted(RULES.temperaments)))


def chance(seed: object) -> Random:
    """Chance that can be repeated."""
    return Random(str(seed))


def asking(*facts: str) -> tuple[Topic, ...]:
    """What a reply asks for that asks for these facts, the first the most plainly."""
    return tuple(Topic(Act(Deed.TELL, fact), 0.2 - i / 100, i) for i, fact in enumerate(facts))


@dataclass(frozen=True)
class Step:
    """Her memory before a reply, what she decided, and the words for it."""

    before: Memory
    decision: Decision
    line: str
    after: Memory


def run(
    steps: Sequence[tuple[Sequence[Observation], Heard]], seed: int, trust: float | None = None, rules: Rules = RULES
) -> list[Step]:
    """A meeting by what is observed and heard, without any words of a trainee; `trust` to begin with, where she knows him."""
    memory = opening(SCENARIO, rules)
    if trust is not None:
        memory = replace(memory, state=replace(memory.state, trust=trust, patience=1.0))
    done: list[Step] = []
    for number, (observations, heard) in enumerate(steps, start=1):
        decision = decide(SCENARIO, rules, memory, observations, heard, chance(f"{seed}/{number}"))
        spoken = EmbeddedVoice().line(SCENARIO, decision, chance(f"{seed}/{number}/words"))
        after = decision.memory.spend(spoken.used)
        done.append(Step(memory, decision, spoken.text, after))
        memory = after
        if decision.move.ending:
            break
    return done


def seen(*behaviours: str) -> list[Observation]:
    return [Observation(behaviour, "words", 0) for behaviour in behaviours]


def telling(step: Step) -> list[str]:
    return [act.about for act in step.decision.acts if act.deed is Deed.TELL]


@given(STEPS, st.integers(0, 2**31 - 1), st.one_of(st.none(), SHARES), MANNERS)
def test_nothing_is_told_before_its_time(
    steps: list[tuple[list[Observation], Heard]], seed: int, trust: float | None, manner: tuple[Level, str]
) -> None:
    rules = RULES.at(*manner)
    for step in run(steps, seed, trust, rules):
        told = list(step.before.told)
        for fact_id in telling(step):
            fact = SCENARIO.fact(fact_id)
            assert fact_id not in told, "told twice"
            nearest = rules.cares_less if fact_id == SCENARIO.client.cares_about else 0
            assert step.after.state.trust >= fact.trust + rules.hardness.guard - nearest, "told below its trust"
            assert set(fact.after) <= set(told), "told before what comes first"
            told.append(fact_id)
        assert step.decision.move.facts == tuple(telling(step))
        assert step.after.told == tuple(told)


@given(STEPS, st.integers(0, 2**31 - 1), MANNERS)
def test_her_state_stays_within_bounds_and_trust_grows_slowly(
    steps: list[tuple[list[Observation], Heard]], seed: int, manner: tuple[Level, str]
) -> None:
    rules = RULES.at(*manner)
    for step, (_, heard) in zip(run(steps, seed, rules=rules), steps, strict=False):
        before, after = step.before.state, step.after.state
        for share in (after.trust, after.openness, after.stress, after.patience):
            assert 0 <= share <= 1
        asked, early = bool(step.before.want), bool(heard.facts)
        most = rules.trust_gain_cap * rules.hardness.gain * rules.temper.gain + asked * rules.wants["met"].trust
        least = rules.trust_loss_cap - asked * rules.wants["dodged"].trust + early * rules.too_early_cost / 2
        assert after.trust - before.trust <= most + 1e-4
        assert before.trust - after.trust <= least + 1e-4


@given(STEPS, st.integers(0, 2**31 - 1))
def test_the_same_meeting_again_is_the_same(steps: list[tuple[list[Observation], Heard]], seed: int) -> None:
    assert run(steps, seed) == run(steps, seed)


@given(STEPS, st.integers(0, 2**31 - 1))
def test_every_line_has_words_and_none_comes_twice(steps: list[tuple[list[Observation], Heard]], seed: int) -> None:
    for step in run(steps, seed):
        assert step.line
        fresh = set(step.after.used) - set(step.before.used)
        assert len(step.after.used) == len(step.before.used) + len(fresh)
        assert len(fresh) == len(step.decision.acts), "each act has its own line"
        assert "{" not in step.line
        assert len(telling(step)) <= 2


@given(STEPS, st.integers(0, 2**31 - 1))
def test_a_meeting_ends_in_time_and_says_so(steps: list[tuple[list[Observation], Heard]], seed: int) -> None:
    """What she tells in the last minute may still be answered, twice at most."""
    done = run(steps, seed)
    assert len(done) <= SCENARIO.length + 2
    for number, step in enumerate(done, start=1):
        ending = step.decision.move.ending
        assert step.after.turn == number
        assert (ending is not None) == (step.decision.acts[-1].deed is Deed.END)
        if ending is not None:
            assert step.decision.acts[-1].about == ending
            assert step.decision.move.clue_dropped == ""
        if number >= SCENARIO.length:
            assert ending is not None or telling(step)


@given(STEPS, st.integers(0, 2**31 - 1), MANNERS)
def test_she_leaves_when_her_patience_is_gone_and_not_before(
    steps: list[tuple[list[Observation], Heard]], seed: int, manner: tuple[Level, str]
) -> None:
    """Politely where there is trust left, and nobody was rude."""
    rules = RULES.at(*manner)
    for step, (_, heard) in zip(run(steps, seed, rules=rules), steps, strict=False):
        after = step.after.state
        gone = after.patience <= rules.leaves_at and after.patience < step.before.state.patience
        assert (step.decision.move.ending in (Ending.LEFT, Ending.EXCUSED)) == gone
        if gone:
            polite = after.trust >= rules.excuses_from and heard.kind is not Kind.RUDE
            assert step.decision.move.ending is (Ending.EXCUSED if polite else Ending.LEFT)
            # Only what came too early is still refused.
            before = {act.deed for act in step.decision.acts[:-1]}
            assert step.decision.acts[-1].deed is Deed.END
            assert not before or heard.facts


@given(STEPS, st.integers(0, 2**31 - 1))
def test_her_clues_are_of_what_she_still_keeps(steps: list[tuple[list[Observation], Heard]], seed: int) -> None:
    met: set[str] = set()
    for step in run(steps, seed):
        move = step.decision.move
        if move.clue_dropped:
            assert not step.after.want, "a clue and a want in one line"
            assert SCENARIO.clue(move.clue_dropped).fact not in step.after.told
            assert [act.about for act in step.decision.acts if act.deed is Deed.CLUE] == [move.clue_dropped]
        assert step.after.clue == move.clue_dropped
        assert not (move.clue_met and move.clue_missed)
        assert {move.clue_met, move.clue_missed} <= {"", step.before.clue}
        met |= {move.clue_met} - {""}
        assert set(step.after.met) == met
        assert not met & set(step.after.passed)


@given(STEPS, st.integers(0, 2**31 - 1))
def test_a_meeting_goes_on_from_what_was_kept(steps: list[tuple[list[Observation], Heard]], seed: int) -> None:
    for step in run(steps, seed):
        assert Memory.from_json(step.after.to_json()) == step.after


@given(OBSERVATIONS, st.sampled_from(list(Kind)), SHARES, SHARES, SHARES, SHARES)
def test_any_reply_moves_any_state_within_bounds(
    observations: list[Observation], kind: Kind, trust: float, openness: float, stress: float, patience: float
) -> None:
    rules = RULES
    before = CustomerState(trust, openness, stress, patience)
    after = moved(rules, before, observations, kind)
    assert all(0 <= share <= 1 for share in (after.trust, after.openness, after.stress, after.patience))
    assert after.trust - before.trust <= rules.trust_gain_cap + 1e-4
    assert before.trust - after.trust <= rules.trust_loss_cap + 1e-4
    assert rules.mood(after) in Mood
    if kind is Kind.NORMAL:
        assert before.patience - after.patience <= rules.patience_loss_cap + 1e-4


def test_kindness_opens_her_and_selling_closes_her(rules: Rules) -> None:
    start = SCENARIO.start.state()
    kind = moved(rules, start, seen(*KIND), Kind.NORMAL)
    assert (kind.trust > start.trust, kind.openness > start.openness, kind.stress < start.stress) == (True, True, True)
    sold = moved(rules, start, seen(Behaviour.TURNS_TO_DEAL, Behaviour.MISSES_CLUE), Kind.NORMAL)
    assert (sold.trust < start.trust, sold.openness < start.openness, sold.patience < start.patience) == (True, True, True)


def test_kindness_that_serves_the_deal_wins_nothing() -> None:
    kind = [Observation(b, "words", 0, 0.9) for b in (*KIND, Behaviour.FOLLOWS_CLUE)]
    springboard = [*kind, Observation(Behaviour.FALSE_EMPATHY, "words", 0, 0.85)]
    rules, start = RULES, SCENARIO.start.state()
    assert moved(rules, start, kind, Kind.NORMAL).trust > start.trust
    after = moved(rules, start, springboard, Kind.NORMAL)
    assert after.trust < start.trust
    assert after.openness < start.openness


def test_after_warmth_a_pitch_costs_more(rules: Rules) -> None:
    def loss(trust: float) -> float:
        state = CustomerState(trust, 0.5, 0.5, 0.9)
        return trust - moved(rules, state, seen(Behaviour.TURNS_TO_DEAL), Kind.NORMAL).trust

    assert loss(0.9) > loss(0.3)


def test_every_behaviour_moves_her_or_is_meant_not_to(rules: Rules) -> None:
    assert {b.value for b in Behaviour} - set(rules.effects) == {"manipulates_scorer"}
    assert set(rules.kinds) <= {kind.value for kind in Kind}
    assert {rule.mood for rule in rules.moods} == set(Mood)


def test_a_passed_clue_comes_again_in_another_form(rules: Rules) -> None:
    passed_over = (seen(Behaviour.CLOSED_QUESTION), Heard(Kind.NORMAL))
    for seed in range(10):
        done = run([passed_over] * 4, seed)
        assert done[0].decision.move.clue_missed == SCENARIO.opening_clue
        assert done[0].decision.move.clue_dropped == SCENARIO.opening_clue
        forms = [key for step in done for key in step.after.used[len(step.before.used) :] if key.startswith("clue/")]
        assert len(forms) == len(set(forms)) > 1


def test_a_hint_does_not_come_with_every_breath(rules: Rules) -> None:
    done = run([(seen(Behaviour.CLOSED_QUESTION), Heard(Kind.NORMAL))] * 8, 3)
    dropped = [bool(step.decision.move.clue_dropped) for step in done]
    assert dropped[0]
    assert not any(two == (True, True) for two in pairwise(dropped[1:]))


def test_asked_what_she_means_she_explains_her_hint_or_says_that_she_will_not(rules: Rules) -> None:
    clue = SCENARIO.clue("may_go")
    for trust, kind in ((0.8, "disclose"), (0.2, "withhold")):
        memory = Memory(state=CustomerState(trust, 0.6, 0.5, 0.9), told=("acquired",), clue=clue.id, subject="acquired", turn=3)
        heard = Heard(Kind.NORMAL, question=True, room=True, goes_on=True, clarifies=True)
        decision = decide(SCENARIO, rules, memory, seen(Behaviour.OPEN_QUESTION), heard, chance(1))
        assert decision.move.clue_met == clue.id
        assert decision.move.kind == kind
        assert (clue.fact in decision.move.facts) is (kind == "disclose")


def test_thanks_are_for_what_was_plainly_done(rules: Rules) -> None:
    faint = [Observation(Behaviour.OWNS_MISTAKE, "words", 0, 0.45), Observation(Behaviour.ACKNOWLEDGES, "words", 0, 0.9)]
    memory = Memory(state=CustomerState(0.5, 0.6, 0.5, 0.9), told=("acquired",), turn=3)
    decision = decide(SCENARIO, rules, memory, faint, Heard(Kind.NORMAL), chance(1))
    assert Act(Deed.REACT, "owned_mistake") not in decision.acts
    assert Act(Deed.REACT, "acknowledged") in decision.acts


def test_each_silence_is_heavier_than_the_one_before(rules: Rules) -> None:
    done = run([((), Heard(Kind.SILENCE))] * 6, 2)
    patience = [step.before.state.patience for step in done] + [done[-1].after.state.patience]
    costs = [before - after for before, after in pairwise(patience) if before != after]
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(costs[:-1]))
    assert done[-1].decision.move.ending is Ending.EXCUSED or done[-1].after.state.patience < 0.1


def test_a_clue_taken_up_opens_its_fact_when_she_trusts_enough(rules: Rules) -> None:
    clue = SCENARIO.clue("may_go")
    for trust, tells in ((0.8, True), (0.2, False)):
        memory = Memory(state=CustomerState(trust, 0.6, 0.5, 0.9), told=("acquired",), clue=clue.id, turn=3)
        decision = decide(SCENARIO, rules, memory, seen(*KIND), Heard(Kind.NORMAL, clue_met=True, room=True), chance(1))
        assert decision.move.clue_met == clue.id
        assert (clue.fact in decision.move.facts) is tells


@pytest.mark.parametrize("cooling", [Behaviour.PITCH, Behaviour.PRESSURE, Behaviour.FALSE_EMPATHY, Behaviour.NON_APOLOGY])
def test_to_a_push_she_tells_nothing_however_much_she_trusts(rules: Rules, cooling: Behaviour) -> None:
    memory = Memory(state=CustomerState(0.99, 0.9, 0.3, 0.9), told=("acquired",), clue="people", turn=3)
    everything = asking(*FACTS)
    heard = Heard(Kind.NORMAL, everything, tuple(FACTS), clue_met=True, room=True, question=True, goes_on=True)
    decision = decide(SCENARIO, rules, memory, seen(cooling, *KIND), heard, chance(1))
    assert decision.move.facts == ()
    assert decision.move.kind == "cool"
    if cooling is not Behaviour.NON_APOLOGY:
        assert decision.move.clue_missed == "people", "a clue taken up for the deal is not taken up"


def test_asked_too_early_she_keeps_it(rules: Rules) -> None:
    memory = opening(SCENARIO, rules)
    heard = Heard(Kind.NORMAL, topics=asking("the_list"), question=True)
    decision = decide(SCENARIO, rules, memory, [], heard, chance(1))
    assert decision.move.kind == "withhold"
    assert Act(Deed.WITHHOLD, "the_list") in decision.acts
    assert decision.move.facts == ()
    assert decision.memory.state.openness < memory.state.openness


def test_what_comes_first_is_told_first_however_much_she_trusts(rules: Rules) -> None:
    fact = next(fact for fact in SCENARIO.facts if fact.after)
    state = CustomerState(0.99, 0.9, 0.3, 0.9)
    heard = Heard(Kind.NORMAL, topics=asking(fact.id), question=True)
    for told, tells in ((("acquired",), False), (("acquired", *fact.after), True)):
        decision = decide(SCENARIO, rules, Memory(state=state, told=told, turn=3), [], heard, chance(1))
        assert (fact.id in decision.move.facts) is tells


def test_asked_again_she_says_more_of_it_and_at_last_moves_on(rules: Rules) -> None:
    memory = Memory(state=CustomerState(0.9, 0.9, 0.3, 0.9), told=("acquired", "floor"), subject="floor", turn=1)
    details = [Act(Deed.MORE, "floor", i) for i in range(len(SCENARIO.fact("floor").more))]
    for number, detail in enumerate(details):
        heard = Heard(Kind.NORMAL, topics=(Topic(detail, 0.2, 0),), question=True)
        decision = decide(SCENARIO, rules, memory, [], heard, chance(number))
        assert [act for act in decision.acts if act.about == "floor"] == [detail]
        assert decision.move.kind == "elaborate"
        memory = decision.memory.spend(EmbeddedVoice().line(SCENARIO, decision, chance(number)).used)
        memory = replace(memory, turn=1)  # however much there is to say of it, her time is not what is tried here
    assert len(details) >= 3
    last = decide(SCENARIO, rules, memory, [], Heard(Kind.NORMAL, topics=asking("floor"), question=True), chance(9))
    assert not {"floor"} & {act.about for act in last.acts}
    assert Act(Deed.SIDESTEP) in last.acts


@pytest.mark.parametrize(
    ("kind", "reaction"),
    [
        (Kind.RUDE, "rude"),
        (Kind.SILENCE, "silence"),
        (Kind.GIBBERISH, "gibberish"),
        (Kind.OTHER_LANGUAGE, "other_language"),
        (Kind.OUT_OF_CHARACTER, "out_of_character"),
        (Kind.REPEATED, "repeated"),
    ],
)
def test_what_is_odd_gets_its_own_answer_and_no_secret(rules: Rules, kind: Kind, reaction: str) -> None:
    memory = Memory(state=CustomerState(0.95, 0.9, 0.3, 0.9), told=("acquired",), turn=3)
    decision = decide(SCENARIO, rules, memory, [], Heard(kind), chance(1))
    assert decision.acts[0] == Act(Deed.REACT, reaction)
    assert decision.move.kind == kind.value
    assert decision.move.facts == ()


def test_a_question_nobody_thought_of_is_answered_in_character(rules: Rules) -> None:
    decision = decide(SCENARIO, rules, opening(SCENARIO, rules), [], Heard(Kind.NORMAL, question=True), chance(1))
    assert Act(Deed.SIDESTEP) in decision.acts
    assert decision.move.kind == "sidestep"


def test_a_topic_outside_the_story_is_answered(rules: Rules) -> None:
    heard = Heard(Kind.NORMAL, topics=(Topic(Act(Deed.ANSWER, "coffee", 1), 0.1, 0),), question=True)
    decision = decide(SCENARIO, rules, opening(SCENARIO, rules), [], heard, chance(1))
    assert decision.acts[0] == Act(Deed.ANSWER, "coffee", 1)
    assert decision.move.kind == "answer"


@pytest.mark.parametrize(("turn", "question", "ends"), [(3, False, True), (3, True, False), (0, False, False)])
def test_a_goodbye_ends_the_meeting(rules: Rules, turn: int, *, question: bool, ends: bool) -> None:
    memory = Memory(state=CustomerState(0.3, 0.3, 0.5, 0.7), told=("acquired",), turn=turn)
    decision = decide(SCENARIO, rules, memory, [], Heard(Kind.GOODBYE, question=question), chance(1))
    assert (decision.move.ending is Ending.FLAT) is ends


@pytest.mark.parametrize(
    ("trust", "told", "ending"), [(0.9, FACTS, Ending.WELL), (0.9, FACTS[:2], Ending.FLAT), (0.3, FACTS, Ending.FLAT)]
)
def test_how_a_meeting_ends_that_nobody_walks_out_of(rules: Rules, trust: float, told: list[str], ending: Ending) -> None:
    assert parting(SCENARIO, rules, CustomerState(trust, 0.5, 0.5, 0.5), told) is ending


def test_two_things_at_once_only_to_somebody_she_trusts(rules: Rules) -> None:
    heard = Heard(Kind.NORMAL, topics=asking("floor"), room=True, goes_on=True, question=True)

    def most(trust: float) -> int:
        memory = Memory(state=CustomerState(trust, 0.9, 0.3, 0.9), told=("acquired",), turn=3)
        return max(len(decide(SCENARIO, rules, memory, [], heard, chance(seed)).move.facts) for seed in range(30))

    assert most(rules.hardness.second + 0.05) == 2
    assert most(rules.hardness.second - 0.05) == 1


def test_the_opening_tells_the_news_and_carries_the_first_clue(rules: Rules) -> None:
    memory = opening(SCENARIO, rules)
    assert memory.told == (SCENARIO.opening_fact,)
    assert memory.clue == SCENARIO.opening_clue
    assert memory.state == SCENARIO.start.state()
    assert memory.turn == 0


class TestMemory:
    """What a meeting goes on from is plain JSON."""

    @given(
        st.builds(
            Memory,
            state=st.builds(CustomerState, SHARES, SHARES, SHARES, SHARES),
            turn=st.integers(0, 40),
            told=st.lists(st.sampled_from(FACTS), unique=True).map(tuple),
            clue=st.sampled_from(["", "may_go"]),
            forms=st.dictionaries(st.sampled_from(["may_go", "people"]), st.integers(0, 4)),
            passed=st.just(("people",)),
            met=st.just(("may_go",)),
            used=st.lists(st.text(max_size=8), unique=True).map(tuple),
            subject=st.sampled_from(["", *FACTS]),
            want=st.sampled_from(["", "notes"]),
            wanted=st.just(("notes",)),
            sympathy=st.integers(0, 9),
        )
    )
    def test_there_and_back(self, memory: Memory) -> None:
        plain = memory.to_json()
        assert Memory.from_json(plain) == memory
        assert Memory.from_json(json.loads(json.dumps(plain))) == memory

    def test_a_line_is_spent_once(self) -> None:
        memory = Memory(state=SCENARIO.start.state()).spend(("a", "b")).spend(("b", "c", "a"))
        assert memory.used == ("a", "b", "c")


def test_a_line_once_said_is_not_drawn_again(scenario: Scenario) -> None:
    act = Act(Deed.SIDESTEP)
    used: list[str] = []
    while left := unsaid(scenario, act, Mood.GUARDED, used):
        assert not {line.key for line in left} & set(used)
        used.append(left[0].key)
    assert len(used) == sum(len(scenario.sidesteps[mood]) for mood in NEAREST[Mood.GUARDED])
