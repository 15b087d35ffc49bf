"""The director: decides how a reply moves the customer, what she tells, and what she keeps. Pure: no words, no I/O.

She tells a fact only when she trusts enough *and* it was asked for, hinted at and taken up, or she was given room. A fact
that is not told is in nobody's prompt. The same memory, observations, hearing and chance give the same decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from coach.customer.feelings import COOLING, SURE_ENOUGH, WARMING, felt, moved, share
from coach.customer.lines import Act, Deed, unsaid
from coach.customer.listening import Heard
from coach.customer.rules import Rules
from coach.customer.scenario import Fact, Mood, Reaction, Scenario
from coach.customer.state import Memory
from coach.domain import Behaviour as B
from coach.domain import CustomerState, Ending, Move, Observation
from coach.language.kind import Kind

_ODD = {Kind.RUDE: Reaction.RUDE, Kind.SILENCE: Reaction.SILENCE, Kind.GIBBERISH: Reaction.GIBBERISH,
        Kind.REPEATED: Reaction.REPEATED, Kind.OTHER_LANGUAGE: Reaction.OTHER_LANGUAGE,
        Kind.OUT_OF_CHARACTER: Reaction.OUT_OF_CHARACTER}
# A clue may run ahead of the trust that its fact needs, by this much: it is a feeler.
_CLUE_AHEAD = 0.22
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
    state = scenario.start.state()
    clue = scenario.opening_clue
    return Memory(state=state, told=(scenario.opening_fact,), clue=clue, forms={clue: 0}, subject=scenario.opening_fact)


def parting(scenario: Scenario, rules: Rules, state: CustomerState, told: Sequence[str]) -> Ending:
    """How a meeting ends that nobody walks out of: well where she came to trust and told enough, else flat."""
    enough = len(told) >= rules.well_facts * len(scenario.facts)
    return Ending.WELL if state.trust >= rules.well_trust and enough else Ending.FLAT


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


class _Turn:
    """One decision in the making; lives for one call of `decide`."""

    def __init__(self, scenario: Scenario, rules: Rules, memory: Memory, observations: Sequence[Observation], heard: Heard,
                 chance: Random) -> None:
        self.scenario, self.rules, self.before, self.heard, self.chance = scenario, rules, memory, heard, chance
        self.shown = {seen.behaviour for seen in observations if seen.confidence >= SURE_ENOUGH}
        self.sure = {seen.behaviour: seen.confidence for seen in observations}
        self.cooling = next(iter(felt(COOLING, self.sure)), None)
        if B.OWNS_MISTAKE in self.shown and self.cooling not in (Reaction.PRESSED, Reaction.PITCH, Reaction.NON_APOLOGY):
            self.cooling = None
        self.state = moved(rules, memory.state, observations, heard.kind)
        if heard.kind is Kind.SILENCE:
            # Each silence is heavier than the one before.
            heavier = self._silences() * rules.kinds[Kind.SILENCE.value].patience
            self.state = replace(self.state, patience=share(self.state.patience + heavier))
        self.told = list(memory.told)
        self.subject = memory.subject
        self.acts: list[Act] = []
        self.kind = "listen"

    def decide(self) -> Decision:
        met, missed = self._clue_fate()
        ending = self._ending_by_state()
        if ending is None:
            self._react()
            self._answer(met)
            self._take_the_question_in()
        mood = self.rules.mood(self.state)
        dropped = ""
        if ending is None and not self._told_now(2):
            dropped = self._drop_clue(missed)
        if ending is None and not self.acts:
            self._add(Act(Deed.GO_ON)) or self._add(Act(Deed.UNKNOWN))
        over = self.before.turn + 1 - self.scenario.length
        if ending is None and ((over >= 0 and not self._told_now(1)) or over >= _GRACE or not self.acts):
            self._add(Act(Deed.TIME_UP))
            ending = self._how_it_ends()
        if ending is not None:
            self._add(Act(Deed.END, ending.value))
            self.kind = f"ends_{ending.value}"
            dropped = ""
            self.acts = [act for act in self.acts if act.deed is not Deed.CLUE]
        return self._decision(mood, dropped, met, missed, ending)

    def _decision(self, mood: Mood, dropped: str, met: str, missed: str, ending: Ending | None) -> Decision:
        forms = dict(self.before.forms)
        if dropped:
            forms[dropped] = forms.get(dropped, 0) + 1
        now_met = (*self.before.met, met) if met and met not in self.before.met else self.before.met
        passed = [*self.before.passed, *([missed] if missed and missed not in self.before.passed else [])]
        facts = tuple(act.about for act in self.acts if act.deed is Deed.TELL)
        memory = replace(
            self.before, state=self.state, turn=self.before.turn + 1, told=tuple(self.told), clue=dropped, forms=forms,
            passed=tuple(clue for clue in passed if clue not in now_met), met=now_met, subject=self.subject)
        move = Move(kind=self.kind, mood=mood.value, facts=facts, clue_dropped=dropped, clue_met=met, clue_missed=missed,
                    ending=ending)
        return Decision(tuple(self.acts), move, mood, memory)

    def _silences(self) -> int:
        """How often she has been met with silence before."""
        return sum(key.startswith(f"{Deed.REACT}/{Reaction.SILENCE}/") for key in self.before.used)

    def _add(self, act: Act) -> bool:
        """Add the act if she has words left for it and has not done it in this line."""
        if act in self.acts or not unsaid(self.scenario, act, self.rules.mood(self.state), self.before.used):
            return False
        self.acts.append(act)
        return True

    # What became of the clue in her last line.

    def _clue_fate(self) -> tuple[str, str]:
        clue = self.before.clue
        if not clue or self.heard.kind is Kind.SILENCE:
            return "", ""
        taken_up = B.MISSES_CLUE not in self.shown and (
            self.heard.clue_met or self.heard.clarifies or bool(self.shown & {B.FOLLOWS_CLUE, B.INVITES_MORE}))
        turned_away = self.cooling in (Reaction.PRESSED, Reaction.FALSE_EMPATHY, Reaction.PITCH, Reaction.DEAL)
        return (clue, "") if taken_up and not turned_away else ("", clue)

    # Endings.

    def _ending_by_state(self) -> Ending | None:
        worse = self.state.patience < self.before.state.patience
        if self.state.patience <= self.rules.leaves_at and worse:
            return Ending.LEFT
        stays = self.shown & {B.INVITES_MORE, B.OPEN_QUESTION, B.SETS_AGENDA_ASIDE}
        if self.heard.kind is Kind.GOODBYE and self.before.turn > 0 and not self.heard.question and not stays:
            return self._how_it_ends()
        return None

    def _how_it_ends(self) -> Ending:
        return parting(self.scenario, self.rules, self.state, self.told)

    # What she says.

    def _react(self) -> None:
        if self.heard.kind in _ODD:
            self.kind = self.heard.kind.value
            self._add(Act(Deed.REACT, _ODD[self.heard.kind].value))
        elif self.cooling is not None:
            self.kind = "cool"
            self._add(Act(Deed.REACT, self.cooling.value))
        else:
            warming = felt(WARMING, self.sure)
            if self.heard.question:
                warming = [reaction for reaction in warming if reaction in _BEFORE_AN_ANSWER]
            for reaction in warming:
                if self._add(Act(Deed.REACT, reaction.value)):
                    break

    def _take_the_question_in(self) -> None:
        """Asked how she is herself, she takes a breath before she tells anything."""
        about_self = bool(self.heard.facts) and self.scenario.fact(self.heard.facts[0]).about_self
        reacted = any(act.deed is Deed.REACT for act in self.acts)
        breath = Act(Deed.REACT, Reaction.ASKED_ABOUT_SELF.value)
        if about_self and not reacted and self.kind == "disclose" and self._add(breath):
            self.acts.insert(0, self.acts.pop())

    def _answer(self, met: str) -> None:
        if self.heard.kind in _ODD:
            return
        if self.cooling is not None:
            # To a pitch or a push she tells nothing; a plain question about her world she may still answer.
            if self.cooling in (Reaction.DEAL, Reaction.REASSURED, Reaction.ADVISED, Reaction.FLATTERED):
                self._tell_first(self._asked(""))
            elif self.cooling is Reaction.SMALL_TALK and self.heard.outside:
                self.acts.clear()
                self.kind = "answer"
                self._add(Act(Deed.ANSWER, self.heard.outside, self.heard.outside_line))
            return
        if self.heard.outside and self._add(Act(Deed.ANSWER, self.heard.outside, self.heard.outside_line)):
            self.kind = "answer"
        elif self._tell_first(self._asked(met)) or self._tells_of_hint(met) or (self.heard.general and self._volunteer()):
            self._and_another()
        elif self.heard.facts:
            self._asked_in_vain()
        elif self.heard.clarifies and self._explains(met):
            return
        elif self._gives_room() and self._volunteer():
            self._and_another()
        elif self.heard.answer and self._add(Act(Deed.MORE, *self.heard.answer)):
            self.subject, self.kind = self.heard.answer[0], "elaborate"
        elif self.heard.goes_on or (self.heard.room and not self.heard.question):
            self._goes_on()
        elif self.heard.question:
            self.kind = "unknown"
            self._add(Act(Deed.UNKNOWN))

    def _tells_of_hint(self, met: str) -> bool:
        """Tell what is behind the hint that was taken up, unless something else was asked for by name."""
        definite = bool(self.heard.facts) and not self.heard.clue_met and not self.heard.clarifies
        return bool(met) and not definite and self._tell_first([self.scenario.clue(met).fact])

    def _asked(self, met: str) -> list[str]:
        """The facts asked for, the best match first; what stands behind the hint that was just taken up comes before all."""
        hinted = self.scenario.clue(met).fact if met else ""
        return sorted(self.heard.facts, key=lambda fact: fact != hinted)

    def _unlocked(self, fact: Fact, margin: float = 0.0) -> bool:
        return self.state.trust >= fact.trust + margin and set(fact.after) <= set(self.told)

    def _tell_first(self, wanted: Sequence[str]) -> bool:
        """Tell the first of `wanted` that is unlocked and untold."""
        for fact_id in wanted:
            if fact_id not in self.told and self._unlocked(self.scenario.fact(fact_id)) and self._add(Act(Deed.TELL, fact_id)):
                self._told(fact_id)
                return True
        return False

    def _told(self, fact_id: str) -> None:
        self.told.append(fact_id)
        self.subject = fact_id
        self.kind = "disclose"

    def _volunteer(self) -> bool:
        """Tell, unasked, the least guarded thing that she now trusts enough to tell."""
        ready = [fact for fact in self.scenario.facts
                 if fact.id not in self.told and self._unlocked(fact, self.rules.volunteer_margin)]
        return bool(ready) and self._tell_first([min(ready, key=lambda fact: fact.trust).id])

    def _and_another(self) -> None:
        """Somebody she trusts may hear a second thing, if given room."""
        if self.state.trust >= self.rules.two_facts_from and self._gives_room() and self.chance.random() < 0.5:  # noqa: PLR2004
            self._volunteer()

    def _told_now(self, number: int) -> bool:
        return sum(act.deed is Deed.TELL for act in self.acts) >= number

    def _gives_room(self) -> bool:
        return self.heard.room and (self.heard.goes_on or not self.heard.question or self._asked_something_general())

    def _asked_something_general(self) -> bool:
        return not self.heard.outside and (self.heard.general or (not self.heard.facts and B.INVITES_MORE in self.shown))

    def _asked_in_vain(self) -> None:
        """Asked for something told already: more of it. Asked too early: she keeps it, and gives what she can instead."""
        first = self.scenario.fact(self.heard.facts[0])
        if self.heard.answer and self.heard.answer[0] == first.id and self._add(Act(Deed.MORE, *self.heard.answer)):
            self.subject, self.kind = first.id, "elaborate"
            return
        if first.id in self.told and self._add(Act(Deed.MORE, first.id)):
            self.subject, self.kind = first.id, "elaborate"
            return
        if first.trust - self.state.trust >= self.rules.too_early_gap:
            self.state = replace(self.state, openness=share(self.state.openness - self.rules.too_early_cost))
        # "How are you?" may be answered with what else is on her mind; a question about one thing may not.
        if self.heard.room and (first.about_self or self.heard.goes_on) and self._volunteer():
            return
        self.kind = "withhold"
        if first.id in self.told or not self._add(Act(Deed.WITHHOLD, first.id)):
            self._goes_on()

    def _explains(self, met: str) -> bool:
        """Asked what she meant: of a hint that she is not ready to explain she says so, else more of what she spoke of."""
        if met and self._add(Act(Deed.WITHHOLD, self.scenario.clue(met).fact)):
            self.kind = "withhold"
            return True
        if self._add(Act(Deed.MORE, self.subject)):
            self.kind = "elaborate"
            return True
        return False

    def _goes_on(self) -> None:
        """Asked to go on, or something about what she just said: more of it, else a thought of her own."""
        self.kind = "elaborate"
        if not self._add(Act(Deed.MORE, self.subject)):
            self._add(Act(Deed.UNKNOWN)) if self.heard.question and not self.heard.goes_on else self._add(Act(Deed.GO_ON))

    def _drop_clue(self, missed: str) -> str:
        """Drop a clue: one that went by, in another form, else the next; not with every line, and not to a closed door."""
        closed = self.heard.kind in (Kind.RUDE, Kind.GIBBERISH, Kind.REPEATED)
        # A hint with every breath is no hint: at once again comes only one that has gone by for the first time. And none comes
        # behind "I'd rather not say".
        silent = self.heard.kind is Kind.SILENCE and self._silences() > 1
        too_soon = bool(self.before.clue) and (not missed or missed in self.before.passed)
        keeps = any(act.deed in (Deed.UNKNOWN, Deed.WITHHOLD) for act in self.acts)
        if self.state.patience < _PATIENT_ENOUGH_FOR_CLUES or closed or keeps or too_soon or silent:
            return ""
        if self._told_now(1) and self.chance.random() < 0.5:  # noqa: PLR2004
            return ""
        # Passed over twice running, a clue rests for a turn: a hint that comes with every breath is no hint.
        tired = missed if missed and self.before.forms.get(missed, 0) % 2 == 0 and missed in self.before.passed else ""
        again = [clue for clue in ([missed] if missed else self.before.passed) if clue != tired]
        waiting = sorted((clue for clue in self.scenario.clues if clue.id not in again and clue.id != tired),
                         key=lambda clue: self.scenario.fact(clue.fact).trust)
        for clue in (*(self.scenario.clue(one) for one in again), *waiting):
            fact = self.scenario.fact(clue.fact)
            ripe = self.state.trust + _CLUE_AHEAD >= fact.trust and set(fact.after) <= set(self.told)
            if fact.id not in self.told and (ripe or clue.id in again) and self._add(Act(Deed.CLUE, clue.id)):
                return clue.id
        return ""
