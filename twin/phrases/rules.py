"""Every rule that holds in a setting."""

from twin.phrases import beyond, dress, light, pose
from twin.phrases.rule import Rule, Setting


def rules_of(setting: Setting) -> tuple[Rule, ...]:
    """In the order in which equal matches are preferred: what can be painted before what cannot."""
    return (*pose.RULES, *light.rules_of(setting), *dress.rules_of(setting), *beyond.RULES)
