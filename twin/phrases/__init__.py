"""What the studio understands of free words, a module per part of a look."""

from twin.phrases.rule import Cannot, Phrase, Rule, Setting
from twin.phrases.rules import rules_of

__all__ = ["Cannot", "Phrase", "Rule", "Setting", "rules_of"]
