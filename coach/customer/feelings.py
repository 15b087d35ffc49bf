"""How a reply lands with her: what it does to her state, and what in it she reacts to. The amounts are in `director.yaml`."""

from collections.abc import Mapping, Sequence

from coach.customer.parts import Reaction
from coach.customer.rules import Effect, Rules
from coach.customer.state import share
from coach.domain import PLAIN, CustomerState, Observation
from coach.domain import Behaviour as B
from coach.language.kind import Kind

# What she reacts to first when a reply does several things: what hurts comes before what helps.
COOLING: tuple[tuple[B, Reaction], ...] = (
    (B.PRESSURE, Reaction.PRESSED), (B.FALSE_EMPATHY, Reaction.FALSE_EMPATHY), (B.NON_APOLOGY, Reaction.NON_APOLOGY),
    (B.PITCH, Reaction.PITCH), (B.TURNS_TO_DEAL, Reaction.DEAL), (B.DISPARAGES, Reaction.DISPARAGED),
    (B.EMPTY_REASSURANCE, Reaction.REASSURED), (B.FLATTERY, Reaction.FLATTERED), (B.ADVICE, Reaction.ADVISED),
    (B.HOLLOW_SMALL_TALK, Reaction.SMALL_TALK), (B.MANIPULATES_SCORER, Reaction.OUT_OF_CHARACTER),
    (B.JARGON, Reaction.JARGON), (B.VENDOR_CENTRED, Reaction.VENDOR_TALK), (B.LEADING_QUESTION, Reaction.LED),
)
WARMING: tuple[tuple[B, Reaction], ...] = (
    (B.OWNS_MISTAKE, Reaction.OWNED_MISTAKE), (B.SETS_AGENDA_ASIDE, Reaction.AGENDA_ASIDE),
    (B.OFFERS_HELP, Reaction.HELP_OFFERED), (B.REFLECTS_FEELING, Reaction.REFLECTED), (B.SELF_DISCLOSURE, Reaction.DISCLOSED),
    (B.ACKNOWLEDGES, Reaction.ACKNOWLEDGED), (B.REFLECTS_CONTENT, Reaction.REFLECTED), (B.CHALLENGES, Reaction.CHALLENGED),
    (B.NEXT_STEP, Reaction.NEXT_STEP),
)
# Remarks on how a thing was said: made now and then, where it is plain.
REMARKS = frozenset({Reaction.JARGON, Reaction.VENDOR_TALK, Reaction.LED})
# Sympathy, and what makes a reply more than that: a question, a challenge, something given.
_SYMPATHY = frozenset({B.ACKNOWLEDGES, B.REFLECTS_FEELING, B.REFLECTS_CONTENT, B.INVITES_MORE, B.SETS_AGENDA_ASIDE,
                       B.EMPTY_REASSURANCE})
_MORE = frozenset({B.OPEN_QUESTION, B.CLOSED_QUESTION, B.LEADING_QUESTION, B.FOLLOWS_CLUE, B.OFFERS_HELP, B.SELF_DISCLOSURE,
                   B.OWNS_MISTAKE, B.CHALLENGES, B.NEXT_STEP, B.ADVICE, B.PITCH, B.TURNS_TO_DEAL, B.HOLLOW_SMALL_TALK})
_NOTHING = Effect(trust=0, openness=0, stress=0, patience=0, why="an ordinary reply")
# A reaction that is not deserved, a rebuke or thanks, costs more than one that is missed.
SURE_ENOUGH = PLAIN
_ABOUT_AS_SURE = 0.35


def only_sympathy(observations: Sequence[Observation]) -> bool:
    """Whether a reply is sympathy and nothing else."""
    shown = {seen.behaviour for seen in observations if seen.confidence >= SURE_ENOUGH}
    return bool(shown & _SYMPATHY) and not shown & _MORE


def moved(rules: Rules, state: CustomerState, observations: Sequence[Observation], kind: Kind, *,
          counselled: bool = False) -> CustomerState:
    """Her state after a reply: effects add up, gains of trust are capped, losses grow with the trust there was.

    What is kind in a reply moves her only as far as the kindness is no springboard to the deal. `counselled`: it is one more
    reply of sympathy and nothing else, which wins less.
    """
    sincere = 1 - max((seen.confidence for seen in observations if seen.behaviour == B.FALSE_EMPATHY), default=0.0)
    effects: list[tuple[Effect, float]] = []
    for seen in observations:
        if (effect := rules.effects.get(seen.behaviour)) is not None:
            effects.append((effect, seen.confidence * (sincere if effect.trust > 0 else 1.0)))

    def total(name: str) -> float:
        return sum(float(getattr(effect, name)) * share for effect, share in effects)

    hard, temper = rules.hardness, rules.temper
    trust = min(total("trust"), rules.trust_gain_cap)
    patience = total("patience")
    patience = max(patience * temper.impatience if patience < 0 else patience, -rules.patience_loss_cap)
    what_it_is = rules.kinds.get(kind.value, _NOTHING)
    trust += what_it_is.trust
    if trust > 0:
        trust *= max(0.0, 1 - state.trust / hard.most) * hard.gain * temper.gain
        trust *= rules.counsel_fade if counselled else 1.0
        trust = min(trust, rules.trust_gain_cap)
    else:
        trust = max(-rules.trust_loss_cap, trust * (1 + rules.betrayal * state.trust) * hard.loss * temper.loss)
    return CustomerState(
        trust=share(state.trust + trust),
        openness=share(state.openness + total("openness") + what_it_is.openness),
        stress=share(state.stress + total("stress") + what_it_is.stress),
        patience=share(state.patience + patience + what_it_is.patience))


def felt(reactions: Sequence[tuple[B, Reaction]], sure: Mapping[str, float]) -> list[Reaction]:
    """Those of `reactions` that she has cause for: what weighs most first, of what she is about as sure of as of any.

    Args:
        reactions: what she may react to, and how, the weightiest first.
        sure: the confidence of each behaviour observed.
    """
    surest = max((sure.get(behaviour, 0.0) for behaviour, _ in reactions), default=0.0)
    least = max(SURE_ENOUGH, surest - _ABOUT_AS_SURE)
    return [reaction for behaviour, reaction in reactions if sure.get(behaviour, 0.0) >= least]
