"""A second look at a scenario that loads: will every fact be told, every mood find words, every meeting have an end?

What gives a secret away, or may be understood in two ways, is found in `giveaway.py`.
"""

from collections import Counter
from collections.abc import Iterator

from coach.customer.findings import Finding, dotted, error, ids_of, quoted, warning
from coach.customer.giveaway import found_by_meaning, told_before
from coach.customer.parts import NEAREST, Fact, Mood, MoodLines, Reaction
from coach.customer.people import SLOT
from coach.customer.rules import Rules
from coach.customer.scenario import Place
from coach.customer.script import Script
from coach.domain import Behaviour, CustomerState, Level
from coach.language.embeddings import Embedder

# Trust above this is not won within a meeting, not even by somebody who does all well.
REACHABLE = 0.85
_LONGEST_LINE = 75
_CLUE_WORDS = (2, 12)
# A meeting of about 14 replies uses up this much of a pool before it ends; fewer, and she falls silent or says nothing to it.
_ENOUGH_THOUGHTS, _ENOUGH_WAYS_OUT, _ENOUGH_REACTIONS, _ENOUGH_FORMS, _ENOUGH_MORE, _ENOUGH_BRIDGES = 5, 4, 3, 3, 2, 3
_OFTEN = (Reaction.ACKNOWLEDGED, Reaction.REFLECTED, Reaction.NAMED_FEELING, Reaction.HELP_OFFERED, Reaction.ASKED_ABOUT_SELF,
          Reaction.DEAL, Reaction.PITCH, Reaction.ADVISED, Reaction.SILENCE)
_PLACEHOLDER = "TODO"
# One beginning in more than one line of so many is heard as a tic; below so many lines, it is chance.
_SAME_START = 12
_SAME_START_FROM = 5


def look_over(script: Script, rules: Rules, embedder: Embedder | None) -> tuple[Finding, ...]:
    """All that can be found in a scenario, errors first.

    Args:
        script: as loaded.
        rules: the director's parameters at any level.
        embedder: MiniLM, for which the bounds are set; None leaves out what is found by meaning.
    """
    found = [*_dead_facts(script, rules), *_endings_out_of_reach(script, rules), *_moods_without_words(script, rules),
             *_pools_that_run_dry(script), *_people(script, rules), *_invitations(script), *_wording(script),
             *_unwritten(script), *(found_by_meaning(script, embedder) if embedder else ())]
    return tuple(sorted(found, key=lambda one: one.severity != "error"))


def _needs(script: Script, rules: Rules, fact: Fact, level: Level) -> list[float]:
    """The trust that a fact needs at a level, for each person."""
    at = rules.at(level, rules.temperament)
    return [at.needs(script.cast(person), fact) for person in script.people]


def _can_be_told(script: Script, rules: Rules) -> set[str]:
    """The facts that some meeting at the hard level can get to, with whomever it is."""
    trusted = {fact.id for fact in script.facts if max(_needs(script, rules, fact, Level.HARD)) <= REACHABLE}
    told = {script.opening_fact}
    while ready := {fact.id for fact in script.facts if fact.id in trusted - told and set(fact.after) <= told}:
        told |= ready
    return told


def _dead_facts(script: Script, rules: Rules) -> Iterator[Finding]:
    """Facts that are never told, or that nothing leads to."""
    told = _can_be_told(script, rules)
    hinted = {clue.fact for clue in script.clues}
    for fact in script.facts:
        place = f"facts.{fact.id}"
        needed = max(_needs(script, rules, fact, Level.HARD))
        if needed > REACHABLE:
            yield error(f"{place}.trust", f"needs {needed:.2f} trust at the hard level, which nobody reaches in a meeting.",
                        f"Lower it to {REACHABLE - rules.levels[Level.HARD].guard:.2f} or less.")
        elif fact.id not in told:
            waits = next(other for other in fact.after if other not in told)
            why = "which in turn waits for it" if fact.id in told_before(script, [waits]) else "which is never told itself"
            yield error(f"{place}.after", f"waits for {waits!r}, {why}.", "Take one of the two out of `after`.")
        for other in fact.after:
            if script.fact(other).trust > fact.trust:
                yield warning(f"{place}.trust", f"is told only after {other!r}, which needs more trust "
                              f"({script.fact(other).trust}) than this ({fact.trust}).",
                              "Give it at least as much as what comes before it.")
        natural = fact.id == script.opening_fact or fact.trust <= script.start.trust or fact.about_self
        if fact.id not in hinted and not natural:
            yield warning(place, "no clue hints at it, and it is told neither at once nor to “How are you?”: few will think of "
                          "asking.", "Write a clue for it.")
    if script.opening_clue in {clue.id for clue in script.clues if clue.fact == script.opening_fact}:
        yield error("opening_clue", "hints at the fact that the opening tells.", "Let the opening hint at another fact.")


def _endings_out_of_reach(script: Script, rules: Rules) -> Iterator[Finding]:
    """Endings that no meeting comes to."""
    goal = rules.goals[script.goal]
    reached, facts = len(_can_be_told(script, rules)), len(script.facts)
    bounds = (("well", goal.well_facts, goal.well_trust), ("committed", goal.commit_facts, goal.commit_trust))
    for ending, wanted, trust in bounds:
        place = f"endings.{ending}"
        if reached < wanted * facts:
            yield error(place, f"takes {wanted:.0%} of the facts, and only {reached} of {facts} can be told.",
                        "Make more of them tellable; see the findings on `facts`.")
        # The opening tells one; after that it is one a reply, the second at times and by grace.
        elif wanted * facts - 1 > script.length:
            yield error(place, f"takes {wanted:.0%} of {facts} facts, more than can be told in {script.length} replies.",
                        "Raise `length`, or leave facts out.")
        hard = rules.levels[Level.HARD]
        best = min(hard.most, script.start.trust + hard.trust + script.length * rules.trust_gain_cap)
        if best < trust:
            yield error(place, f"takes {trust} trust; from {script.start.trust} that is not won in {script.length} replies.",
                        "Raise `start.trust` or `length`.")
    if script.length <= rules.commit_from_turn:
        soonest = rules.commit_from_turn + 1
        yield error("endings.committed", f"can come with reply {soonest} at the soonest, and the meeting has {script.length}.",
                    f"Raise `length` to {soonest} or more.")


def _moods_without_words(script: Script, rules: Rules) -> Iterator[Finding]:
    """Moods in which she has nothing to say where she must say something."""
    pools: list[tuple[str, MoodLines]] = [("goes_on", script.goes_on), ("sidesteps", script.sidesteps)]
    pools += [(f"reactions.{reaction}", lines) for reaction, lines in script.reactions.items()]
    wanted = [(place, lines, list(Mood)) for place, lines in pools]
    wanted += [(f"facts.{fact.id}.lines", fact.lines, _moods_when_told(script, rules, fact))
               for fact in script.facts if fact.id != script.opening_fact]
    for place, lines, moods in wanted:
        silent = [mood for mood in moods if not _within_reach(lines, mood)]
        if silent:
            near = " or ".join(dict.fromkeys(near.value for mood in silent for near in NEAREST[mood]))
            yield error(place, f"when she is {_either(silent)} nobody speaks: the lines are for {_either(list(lines))} alone.",
                        f"Write lines for {near}.")


def _moods_when_told(script: Script, rules: Rules, fact: Fact) -> list[Mood]:
    """The moods that she may be in when she trusts enough to tell it. Impatience is left out: then she may keep it."""
    least = min(_needs(script, rules, fact, Level.EASY))
    # A mood begins where the one before it ends.
    trusts = [least, *(rule.trust_below for rule in rules.moods if least < rule.trust_below < 1)]
    found = {rules.mood(CustomerState(trust, 0.5, 0.5, 1.0)) for trust in trusts}
    return [mood for mood in Mood if mood in found]


def _within_reach(lines: MoodLines, mood: Mood) -> int:
    """How many lines she has for a mood, those of its neighbours among them."""
    return sum(len(lines[near]) for near in NEAREST[mood] if near in lines)


def _pools_that_run_dry(script: Script) -> Iterator[Finding]:
    """Pools that a meeting may use up; where a mood has nothing at all, `_moods_without_words` says so."""
    pools = [("goes_on", script.goes_on, _ENOUGH_THOUGHTS), ("sidesteps", script.sidesteps, _ENOUGH_WAYS_OUT)]
    pools += [(f"reactions.{often}", script.reactions[often], _ENOUGH_REACTIONS) for often in _OFTEN]
    for place, lines, enough in pools:
        few = [mood for mood in Mood if 0 < _within_reach(lines, mood) < enough]
        if few:
            yield warning(place, f"when she is {_either(few)} there are fewer than {enough} lines; a meeting may use them up.",
                          "Write more.")
    if len(script.bridges) < _ENOUGH_BRIDGES:
        yield warning("bridges", "she changes the subject more often than she has words for it.",
                      f"Write {_ENOUGH_BRIDGES} or more.")
    for clue in script.clues:
        if len(clue.forms) < _ENOUGH_FORMS:
            yield warning(f"clues.{clue.id}.forms", "passed over it comes again in another form, and there are only "
                          f"{len(clue.forms)}.", f"Write {_ENOUGH_FORMS} or more, from the plainest to the faintest.")
    for fact in script.facts:
        for name, number in (("more", len(fact.more)), ("withheld", len(fact.withheld))):
            if number < _ENOUGH_MORE:
                yield warning(f"facts.{fact.id}.{name}", "asked twice, she has nothing left to say.",
                              f"Write {_ENOUGH_MORE} or more.")


def _people(script: Script, rules: Rules) -> Iterator[Finding]:
    """People who can not be played, and words of theirs that nobody hears."""
    used = {slot for text, _ in script.texts() for slot in SLOT.findall(text)}
    for person in script.people:
        place = f"people.{person.id}"
        if person.temperament not in rules.temperaments:
            yield error(f"{place}.temperament", f"there is no temperament {person.temperament!r}; no meeting can begin.",
                        f"Take one of: {', '.join(rules.temperaments)}.")
        if person.cares_about == script.opening_fact:
            yield warning(f"{place}.cares_about", "is what the opening tells, and so changes nothing.",
                          "Name the hidden fact that lies nearest to this person.")
        for word in person.words:
            if not {word, word[0].upper() + word[1:]} & used:
                yield warning(f"{place}.words.{word}", "stands in no line.", f"Use {{{word}}}, or take it out.")
        for mood in set(person.goes_on) - set(script.goes_on):
            yield warning(f"{place}.goes_on.{mood}", "is never said: the scenario's own `goes_on` has no such mood.",
                          "Give the scenario's `goes_on` lines for it, too.")


def _invitations(script: Script) -> Iterator[Finding]:
    for name in set(script.invited) - set(Behaviour):
        yield error(f"invited.{name}", "there is no such behaviour, and so nothing is forgiven.",
                    "Take one of the behaviours that director.yaml has under `effects`.")


def _unwritten(script: Script) -> Iterator[Finding]:
    left = [place for text, place in script.texts() if _PLACEHOLDER in text]
    if left:
        ids = ids_of(script) | {"people": [person.id for person in script.people]}
        yield warning(dotted(left[0], ids), f"{_PLACEHOLDER} stands here, and in {len(left)} places in all.",
                      "Write what belongs there; she would say it as it is.")


def _wording(script: Script) -> Iterator[Finding]:
    """Lines too long to be said, words of a clue that can not be taken up, beginnings that come again and again."""
    scenario = script.cast(script.people[0])
    ids = ids_of(scenario)
    lines: list[tuple[str, Place]] = list(scenario.lines())
    for line, place in lines:
        if len(line.split()) > _LONGEST_LINE:
            yield warning(dotted(place, ids), f"{quoted(line, 60)} has {len(line.split())} words, more than a breath holds.",
                          f"Cut it to {_LONGEST_LINE} at most.")
    least, most = _CLUE_WORDS
    forms = [(f"clues.{clue.id}.forms.{n}", form) for clue in scenario.clues for n, form in enumerate(clue.forms)]
    for at, form in [*((f"opening.{n}", form) for n, form in enumerate(scenario.opening)), *forms]:
        if not least <= len(form.words.split()) <= most:
            odd = "one word is soon met by chance" if len(form.words.split()) < least else "the debrief quotes them"
            yield warning(f"{at}.words", f"{quoted(form.words)}: {odd}.", f"Choose {least} to {most} words of the line.")
    starts = Counter(" ".join(line.lower().split()[:2]) for line, _ in lines)
    for start, times in starts.items():
        if times >= _SAME_START_FROM and times * _SAME_START > len(lines):
            yield warning("lines", f"{times} of {len(lines)} lines begin with {quoted(start)}; it is heard as a tic.",
                          "Begin some of them in another way.")


def _either(moods: list[Mood]) -> str:
    return " or ".join(mood.value for mood in moods)
