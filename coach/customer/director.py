"""The director: decides how a reply moves the customer, what she tells, and what she keeps. Pure: no words, no I/O.

She tells a fact only when she trusts enough *and* it was asked for, hinted at and taken up, or she was given room. A fact
that is not told is in nobody's prompt. The same memory, observations, hearing and chance give the same decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from coach.customer.answering import Answering
from coach.customer.feelings import COOLING, REMARKS, SURE_ENOUGH, WARMING, felt, moved, only_sympathy
from coach.customer.lines import Act, Deed
from coach.customer.listening import Heard
from coach.customer.parts import Clue, Mood, Reaction
from coach.customer.rules import Effect, Rules
from coach.customer.scenario import Scenario
from coach.customer.state import Memory, share
from coach.domain import Behaviour as B
from coach.domain import CustomerState, Ending, Move, Observation
from coach.language.kind import Kind

_ODD = {Kind.RUDE: Reaction.RUDE, Kind.SILENCE: Reaction.SILENCE, Kind.GIBBERISH: Reaction.GIBBERISH,
        Kind.REPEATED: Reaction.REPEATED, Kind.OTHER_LANGUAGE: Reaction.OTHER_LANGUAGE,
        Kind.OUT_OF_CHARACTER: Reaction.OUT_OF_CHARACTER}
_ANSWERS = (Deed.TELL, Deed.MORE, Deed.ANSWER)
# Done to her, these leave no room for a word of thanks.
_NO_THANKS = (Reaction.PRESSED, Reaction.FALSE_EMPATHY, Reaction.PITCH)
# An apology must be plain to be accepted: "Sorry, I meant the people" is none.
_SORRY_FROM = 0.7
# Without a word of the hint a reply must follow it as plainly as this.
_FOLLOWS_FROM = 0.85
_PATIENT_ENOUGH_FOR_CLUES = 0.25
# What she says to a kindness that came with a question would sound like its answer ("Yes, that's it"); these do not.
_BEFORE_AN_ANSWER = (Reaction.AGENDA_ASIDE, Reaction.HELP_OFFERED, Reaction.OWNED_MISTAKE)
# A fact told in the last minute may still be answered.
_GRACE = 2


@dataclass(frozen=True, slots=True)
class Decision:
    """What she does: the acts that a voice puts into words, the move for the record, and her memory after it."""

    acts: tuple[Act, ...]
    move: Move
    mood: Mood
    memory: Memory


def opening(scenario: Scenario, rules: Rules) -> Memory:
    """Her memory after the opening line, which tells the news and carries the first clue."""
    state = rules.start(scenario)
    clue = scenario.opening_clue
    return Memory(state=state, told=(scenario.opening_fact,), clue=clue, forms={clue: 0}, subject=scenario.opening_fact)


def parting(scenario: Scenario, rules: Rules, state: CustomerState, told: Sequence[str]) -> Ending:
    """How a meeting ends that nobody walks out of: well where she came to trust and told enough, else flat."""
    goal = rules.goals[scenario.goal]
    enough = len(told) >= goal.well_facts * len(scenario.facts)
    return Ending.WELL if state.trust >= goal.well_trust and enough else Ending.FLAT


def decide(scenario: Scenario, rules: Rules, memory: Memory, observations: Sequence[Observation], heard: Heard,
           chance: Random) -> Decision:
    """Her answer to one reply.

    Args:
        memory: her memory before the reply.
        observations: what the reply does.
        heard: what it asks for.
        chance: seeded by the meeting and the turn.
    """
    return _Turn(scenario, rules, memory, observations, heard, chance).decide()


class _Turn(Answering):
    """One decision in the making; lives for one call of `decide`."""

    def __init__(self, scenario: Scenario, rules: Rules, memory: Memory, observations: Sequence[Observation], heard: Heard,
                 chance: Random) -> None:
        super().__init__(scenario, rules, memory, heard, chance)
        # What she has asked for herself costs nothing.
        observations = [seen for seen in observations if scenario.invited.get(seen.behaviour, 0) <= memory.turn]
        self.shown = {seen.behaviour for seen in observations if seen.confidence >= SURE_ENOUGH}
        self.sure = {seen.behaviour: seen.confidence for seen in observations}
        self.cooling = self._what_cools()
        if B.OWNS_MISTAKE in self.shown and self.cooling not in (Reaction.PRESSED, Reaction.PITCH, Reaction.NON_APOLOGY):
            self.cooling = None
        self.sympathy = memory.sympathy + 1 if only_sympathy(observations) else 0
        self.counselled = self.sympathy >= rules.counsel_from
        self.state = moved(rules, memory.state, observations, heard.kind, counselled=self.counselled)
        if heard.kind is Kind.SILENCE:
            # Each silence is heavier than the one before.
            heavier = self._silences() * rules.kinds[Kind.SILENCE.value].patience
            self.state = replace(self.state, patience=share(self.state.patience + heavier))

    def _what_cools(self) -> Reaction | None:
        """What hurts most in the reply; on how a thing was said she remarks where it is plain, and not each time."""
        for reaction in felt(COOLING, self.sure):
            if reaction not in REMARKS:
                return reaction
            surest = max(self.sure.get(behaviour, 0.0) for behaviour, of in COOLING if of is reaction)
            if surest >= self.rules.sure_to_remark and self.chance.random() < self.rules.remark_chance:
                return reaction
        return None

    def decide(self) -> Decision:
        met, missed = self._clue_fate()
        wish = self._want_fate()
        ending = self._ending_by_state()
        if ending is None and self._commits():
            ending = Ending.COMMITTED
        if ending is None:
            self._take_the_answer_in(wish)
            self._react()
            if self.heard.kind not in _ODD:
                self.answer(met)
            self.take_the_question_in()
            # A question that came too early may have cost the last of her patience.
            ending = self._ending_by_state()
        mood = self.rules.mood(self.state)
        dropped = raised = ""
        if ending is None and not self.told_now(2):
            raised = self._raise_want(missed)
            dropped = "" if raised else self._drop_clue(missed)
        if ending is None and not self.acts:
            self.add(Act(Deed.GO_ON)) or self.add(Act(Deed.SIDESTEP))
        over = self.before.turn + 1 - self.scenario.length
        if ending is None and ((over >= 0 and not self.told_now(1)) or over >= _GRACE or not self.acts):
            self.add(Act(Deed.TIME_UP))
            ending = self._how_it_ends()
        if ending is not None:
            self.add(Act(Deed.END, ending.value))
            self.kind = f"ends_{ending.value}"
            dropped = raised = ""
            self.acts = [act for act in self.acts if act.deed not in (Deed.BRIDGE, Deed.CLUE, Deed.WANT)]
        return self._decision(mood, dropped, raised, met, missed, ending)

    def _decision(self, mood: Mood, dropped: str, raised: str, met: str, missed: str, ending: Ending | None) -> Decision:
        forms = dict(self.before.forms)
        if dropped:
            forms[dropped] = forms.get(dropped, 0) + 1
        now_met = (*self.before.met, met) if met and met not in self.before.met else self.before.met
        passed = [*self.before.passed, *([missed] if missed and missed not in self.before.passed else [])]
        facts = tuple(act.about for act in self.acts if act.deed is Deed.TELL)
        memory = replace(
            self.before, state=self.state, turn=self.before.turn + 1, told=tuple(self.told), clue=dropped, forms=forms,
            passed=tuple(clue for clue in passed if clue not in now_met), met=now_met, subject=self.subject, want=raised,
            wanted=(*self.before.wanted, raised) if raised else self.before.wanted, sympathy=self.sympathy)
        move = Move(kind=self.kind, mood=mood.value, facts=facts, clue_dropped=dropped, clue_met=met, clue_missed=missed,
                    ending=ending)
        return Decision(tuple(self.acts), move, mood, memory)

    def _silences(self) -> int:
        """How often she has been met with silence before."""
        return sum(key.startswith(f"{Deed.REACT}/{Reaction.SILENCE}/") for key in self.before.used)

    # What became of the clue in her last line.

    def _clue_fate(self) -> tuple[str, str]:
        clue = self.before.clue
        if not clue or self.heard.kind is Kind.SILENCE:
            return "", ""
        # Somebody who follows what she said may follow another part of it.
        plainly = self.sure.get(B.FOLLOWS_CLUE, 0.0) >= _FOLLOWS_FROM or B.INVITES_MORE in self.shown
        follows = plainly and not self.heard.topics
        taken_up = B.MISSES_CLUE not in self.shown and (self.heard.clue_met or self.heard.clarifies or follows)
        turned_away = self.cooling in (*_NO_THANKS, Reaction.DEAL)
        return (clue, "") if taken_up and not turned_away else ("", clue)

    # Endings.

    def _ending_by_state(self) -> Ending | None:
        worse = self.state.patience < self.before.state.patience
        if self.state.patience <= self.rules.leaves_at and worse:
            polite = self.state.trust >= self.rules.excuses_from and self.heard.kind is not Kind.RUDE
            return Ending.EXCUSED if polite else Ending.LEFT
        stays = self.shown & {B.INVITES_MORE, B.OPEN_QUESTION, B.SETS_AGENDA_ASIDE}
        if self.heard.kind is Kind.GOODBYE and self.before.turn > 0 and not self.heard.question and not stays:
            return self._how_it_ends()
        return None

    def _commits(self) -> bool:
        """Asked for something definite by somebody who has earned it, she says yes; that is an end."""
        goal = self.rules.goals[self.scenario.goal]
        earned = (self.state.trust >= goal.commit_trust and len(self.told) >= goal.commit_facts * len(self.scenario.facts)
                  and self.before.turn >= self.rules.commit_from_turn)
        asks_more = self.shown & {B.INVITES_MORE, B.OPEN_QUESTION, B.FOLLOWS_CLUE, B.OFFERS_HELP}
        return earned and B.NEXT_STEP in self.shown and self.cooling is None and not self.heard.facts and not asks_more

    def _how_it_ends(self) -> Ending:
        return parting(self.scenario, self.rules, self.state, self.told)

    # What she says.

    def _react(self) -> None:
        if self.heard.kind in _ODD:
            self.kind = self.heard.kind.value
            self.add(Act(Deed.REACT, _ODD[self.heard.kind].value))
        elif self.cooling is not None:
            self.kind = "cool"
            self.add(Act(Deed.REACT, self.cooling.value, echo=self.heard.jargon if self.cooling is Reaction.JARGON else ""))
        elif self.counselled and self.add(Act(Deed.REACT, Reaction.COUNSELLED.value)):
            self.kind = "push_back"
        elif self.acts:
            return  # she has just answered what was said to her own question
        else:
            warming = felt(WARMING, self.sure)
            if self.heard.question:
                warming = [reaction for reaction in warming if reaction in _BEFORE_AN_ANSWER]
            for reaction in warming:
                if reaction is Reaction.OWNED_MISTAKE and self.sure[B.OWNS_MISTAKE] < _SORRY_FROM:
                    continue
                if reaction is Reaction.REFLECTED and self.heard.feeling and B.REFLECTS_FEELING in self.shown and self.add(
                        Act(Deed.REACT, Reaction.NAMED_FEELING.value, echo=self.heard.feeling)):
                    break
                if self.add(Act(Deed.REACT, reaction.value)):
                    break

    # Her own agenda.

    def _want_fate(self) -> str:
        """What became of the want that her last line raised: "met", "dodged", or "" where there was none."""
        if not self.before.want or self.heard.kind not in (Kind.NORMAL, Kind.GOODBYE):
            return ""
        fate: Literal["met", "dodged"] = "met" if self.heard.want_met else "dodged"
        self._shift(self.rules.wants[fate])
        return fate

    def _shift(self, effect: Effect) -> None:
        self.state = replace(
            self.state, trust=share(self.state.trust + effect.trust), openness=share(self.state.openness + effect.openness),
            stress=share(self.state.stress + effect.stress), patience=share(self.state.patience + effect.patience))

    def _take_the_answer_in(self, wish: str) -> None:
        """She takes note of what was said to her own question, or of its having been passed over."""
        if wish == "met" and self.cooling not in _NO_THANKS:
            self.add(Act(Deed.WANT_MET, self.before.want))
        elif wish == "dodged" and self.cooling is None and not self.heard.topics and not self.heard.clue_met:
            self.add(Act(Deed.WANT_DODGED, self.before.want))

    def _raise_want(self, missed: str) -> str:
        """Bring up something of her own, once its turn has come; not behind a fact that matters or "I'd rather not say"."""
        busy = missed or self.before.want or self.told_now(1) or self.heard.kind in _ODD
        keeps = any(act.deed in (Deed.SIDESTEP, Deed.WITHHOLD, Deed.WANT_DODGED) for act in self.acts)
        late = self.before.turn + 2 >= self.scenario.length
        if busy or keeps or late or self.chance.random() >= self.rules.want_chance:
            return ""
        due = [want for want in self.scenario.wants
               if want.id not in self.before.wanted and self.before.turn + 1 >= want.from_turn]
        return due[0].id if due and self.add(Act(Deed.WANT, due[0].id)) else ""

    def _leads_to(self, act: Act) -> bool:
        """Add something of her own, with a few words that lead over to it where she has said something before."""
        bridged = self.has(*_ANSWERS) and self.bridge()
        if (self.has(*_ANSWERS) and not bridged) or not self.add(act):
            if bridged:
                self.acts.pop()
            return False
        return True

    def _drop_clue(self, missed: str) -> str:
        """Drop a clue: one that went by, in another form, else the next; not with every line, and not to a closed door."""
        closed = self.heard.kind in (Kind.RUDE, Kind.GIBBERISH, Kind.REPEATED)
        # A hint with every breath is no hint: at once again comes only one that has gone by for the first time. And none comes
        # behind "I'd rather not say".
        silent = self.heard.kind is Kind.SILENCE and self._silences() > 1
        too_soon = bool(self.before.clue) and (not missed or missed in self.before.passed)
        keeps = any(act.deed in (Deed.SIDESTEP, Deed.WITHHOLD) for act in self.acts)
        if self.state.patience < _PATIENT_ENOUGH_FOR_CLUES or closed or keeps or too_soon or silent:
            return ""
        # Behind an answer a hint is a change of subject, and seldom made.
        if self.has(*_ANSWERS) and self.chance.random() >= self.rules.bridged_chance:
            return ""
        # Passed over twice running, a clue rests for a turn: a hint that comes with every breath is no hint.
        tired = missed if missed and self.before.forms.get(missed, 0) % 2 == 0 and missed in self.before.passed else ""
        again = [clue for clue in ([missed] if missed else self.before.passed) if clue != tired]
        waiting = sorted((clue for clue in self.scenario.clues if clue.id not in again and clue.id != tired),
                         key=lambda clue: self._needs(self.scenario.fact(clue.fact)))
        for clue in (*(self.scenario.clue(one) for one in again), *waiting):
            fact = self.scenario.fact(clue.fact)
            ripe = self.state.trust + self.rules.clue_ahead >= self._needs(fact) and set(fact.after) <= set(self.told)
            if fact.id not in self.told and (ripe or clue.id in again) and self._leads_to(
                    Act(Deed.CLUE, clue.id, self._form(clue))):
                return clue.id
        return ""

    def _form(self, clue: Clue) -> int | None:
        """Which form of a clue comes next, by the level: its plainest left, its faintest, or (None) any."""
        left = [i for i in range(len(clue.forms)) if f"{Deed.CLUE}/{clue.id}/{i}" not in self.before.used]
        if not left or self.rules.hardness.hints == "any":
            return None
        return left[0] if self.rules.hardness.hints == "plain" else left[-1]
