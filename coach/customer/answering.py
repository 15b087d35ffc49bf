"""What she says to what a reply asks: the nearest thing that it asks for and she may tell, else how she gets past it.

A fact is told only where she trusts enough, and what it comes after has been told.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from coach.customer.feelings import REMARKS
from coach.customer.lines import Act, Deed, unsaid
from coach.customer.listening import Heard
from coach.customer.parts import Fact, Mood, Reaction
from coach.customer.rules import Rules
from coach.customer.scenario import Scenario
from coach.customer.state import Memory, share
from coach.customer.topics import Topic
from coach.domain import Behaviour as B
from coach.domain import CustomerState

# To these she may still answer a plain question; to a push, a pitch or an insult she does not.
_STILL_ANSWERS = (Reaction.DEAL, Reaction.REASSURED, Reaction.ADVISED, Reaction.FLATTERED, Reaction.SMALL_TALK, *REMARKS)
# Her hint taken up by its own words is asked for as plainly as this, above what it takes.
_HINT_MARGIN = 0.15
# A question about a detail of what is untold asks for the fact where it is as plain as this.
_INDIRECT_MARGIN = 0.08
# A second question in a reply is answered too where it is as plain as this.
_PLAIN_MARGIN = 0.06


class Answering:
    """Her line in the making: the acts so far, and what she has told with them."""

    state: CustomerState
    shown: set[str]
    cooling: Reaction | None

    def __init__(self, scenario: Scenario, rules: Rules, memory: Memory, heard: Heard, chance: Random) -> None:
        self.scenario, self.rules, self.before, self.heard, self.chance = scenario, rules, memory, heard, chance
        self.told = list(memory.told)
        self.subject = memory.subject
        self.acts: list[Act] = []
        self.kind = "listen"

    def add(self, act: Act) -> bool:
        """Add the act if she has words left for it and has not done it in this line."""
        if act in self.acts or not unsaid(self.scenario, act, self.rules.mood(self.state), self.before.used):
            return False
        self.acts.append(act)
        return True

    def bridge(self) -> bool:
        """Add a few words that lead over to something of her own; not more often than one would notice."""
        so_far = sum(key.startswith(f"{Deed.BRIDGE}/") for key in self.before.used)
        return so_far < self.rules.most_bridges and self.add(Act(Deed.BRIDGE))

    def has(self, *deeds: Deed) -> bool:
        """Whether the line so far does any of `deeds`."""
        return any(act.deed in deeds for act in self.acts)

    def told_now(self, number: int) -> bool:
        """Whether the line so far tells at least so many facts."""
        return sum(act.deed is Deed.TELL for act in self.acts) >= number

    def answer(self, met: str) -> None:
        """Answer what is asked. `met` is the hint that was taken up, or empty."""
        if self.cooling is not None:
            if self.cooling is Reaction.SMALL_TALK and self.heard.outside:
                self.acts.clear()  # asked about the weather, she speaks of the weather
            if self.cooling in _STILL_ANSWERS:
                self._answers_topics("")
            return
        if self._answers_topics(met) or (self.heard.general and self._volunteer()):
            self._and_another()
        elif self.heard.clarifies and self._explains(met):
            return
        elif self._gives_room():
            if self._volunteer():
                self._and_another()
            else:
                self._goes_on()
        elif self.heard.goes_on:
            self._goes_on()
        elif self.heard.question and not self.tell_first(self.heard.nearly) and not self._as_good_as_an_answer():
            self._sidesteps()

    def _answers_topics(self, met: str) -> bool:
        """Do what the nearest topic asks; where a second question asks for something else as plainly, that too."""
        topics = list(self.heard.topics)
        if met:
            fact = self.scenario.clue(met).fact
            if fact not in self.told:
                plain = any(topic.act.about == fact for topic in topics)
                topics.append(Topic(Act(Deed.TELL, fact), _HINT_MARGIN if self.heard.clue_met or plain else 0.0, -1))
        topics.sort(key=lambda topic: -topic.margin)
        answered: set[int] = set()
        kept = ""
        for topic in topics:
            # One answer a question; a second question only where it is plain, and not on top of a fact.
            if topic.sentence in answered or (answered and (topic.margin < _PLAIN_MARGIN or topic.act.deed is Deed.TELL)):
                continue
            if topic.indirect and topic.margin < _INDIRECT_MARGIN:
                continue
            if topic.act.deed is Deed.TELL and not self._unlocked(self.scenario.fact(topic.act.about)):
                # "I'd rather not say" to a harmless question sounds like a secret; only what is plainly asked for is kept so.
                if not topic.indirect and topic.margin >= _PLAIN_MARGIN:
                    kept = kept or ("" if answered else topic.act.about)
                    if kept and topic is topics[0]:
                        break
                continue
            if self._does(topic.act):
                answered.add(topic.sentence)
                if len(answered) > 1 or self.has(Deed.TELL):
                    break
        if not answered and kept:
            self._keeps(self.scenario.fact(kept))
            return True
        return bool(answered)

    def _does(self, act: Act) -> bool:
        if act.deed is Deed.TELL:
            return self.tell_first([act.about])
        if not self.add(act):
            return False
        if act.deed is Deed.MORE:
            self.subject, self.kind = act.about, "elaborate"
        else:
            self.kind = "answer"
        return True

    def _keeps(self, fact: Fact) -> None:
        """Asked too early: she keeps it, and gives what she can instead."""
        if self._needs(fact) - self.state.trust >= self.rules.too_early_gap:
            cost = self.rules.too_early_cost
            self.state = replace(self.state, openness=share(self.state.openness - cost),
                                 trust=share(self.state.trust - cost / 2), patience=share(self.state.patience - cost))
        # "How are you?" may be answered with what else is on her mind; a question about one thing may not.
        if self.heard.room and (self.heard.about_her or self.heard.goes_on) and self._volunteer():
            return
        self.kind = "withhold"
        if not self.add(Act(Deed.WITHHOLD, fact.id)):
            self._sidesteps()

    def _as_good_as_an_answer(self) -> bool:
        """No line of hers answers the question: more of the same matter, or, to somebody she trusts, what comes next in it."""
        if self.rules.mood(self.state) not in (Mood.OPEN, Mood.WARM):
            return False
        if self.heard.detail is not None and self._does(self.heard.detail):
            return True
        return B.OPEN_QUESTION in self.shown and self._volunteer()

    def _sidesteps(self) -> None:
        """She goes past a question that no line of hers answers."""
        self.kind = "sidestep"
        if not self.has(Deed.WANT_DODGED):  # "that was no answer", and then none of her own, would be a retort
            self.add(Act(Deed.SIDESTEP))

    def _explains(self, met: str) -> bool:
        """Asked what she meant: of a hint that she is not ready to explain she says so, else more of what she spoke of."""
        if met and self.add(Act(Deed.WITHHOLD, self.scenario.clue(met).fact)):
            self.kind = "withhold"
            return True
        if self.add(Act(Deed.MORE, self.subject)):
            self.kind = "elaborate"
            return True
        return False

    def _goes_on(self) -> None:
        """Asked to go on: more of what she just spoke of, else a thought of her own."""
        self.kind = "elaborate"
        if not self.add(Act(Deed.MORE, self.subject)):
            self.add(Act(Deed.SIDESTEP)) if self.heard.question and not self.heard.goes_on else self.add(Act(Deed.GO_ON))

    def take_the_question_in(self) -> None:
        """Asked how she is herself, she takes a breath before she tells anything."""
        breath = Act(Deed.REACT, Reaction.ASKED_ABOUT_SELF.value)
        if self.heard.about_her and not self.has(Deed.REACT, Deed.WANT_MET) and self.kind == "disclose" and self.add(breath):
            self.acts.insert(0, self.acts.pop())

    def tell_first(self, wanted: Sequence[str]) -> bool:
        """Tell the first of `wanted` that is unlocked and untold."""
        for fact_id in wanted:
            if fact_id not in self.told and self._unlocked(self.scenario.fact(fact_id)) and self.add(Act(Deed.TELL, fact_id)):
                self.told.append(fact_id)
                self.subject, self.kind = fact_id, "disclose"
                return True
        return False

    def _volunteer(self) -> bool:
        """Tell, unasked, the least guarded thing that she now trusts enough to tell."""
        ready = [fact for fact in self.scenario.facts
                 if fact.id not in self.told and self._unlocked(fact, self.rules.volunteer_margin)]
        return bool(ready) and self.tell_first([min(ready, key=self._needs).id])

    def _and_another(self) -> None:
        """Somebody she trusts may hear a second thing, if given room; a few words lead over to it."""
        trusts = self.state.trust >= self.rules.hardness.second
        if trusts and self._gives_room() and self.chance.random() < self.rules.temper.talkative:
            bridged = self.bridge()
            if not self._volunteer() and bridged:
                self.acts.pop()

    def _gives_room(self) -> bool:
        asks_nothing_else = not self.heard.question or self.heard.goes_on or self.heard.general
        return self.heard.room and (asks_nothing_else or (not self.heard.topics and B.INVITES_MORE in self.shown))

    def _unlocked(self, fact: Fact, margin: float = 0.0) -> bool:
        return self.state.trust >= self._needs(fact) + margin and set(fact.after) <= set(self.told)

    def _needs(self, fact: Fact) -> float:
        return self.rules.needs(self.scenario, fact)
