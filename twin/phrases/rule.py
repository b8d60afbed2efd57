"""One phrase that the studio understands: a pattern of folded words and what it means."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from twin.looks.look import Look, Span
from twin.looks.lookbook import Lookbook
from twin.looks.wardrobe import Wardrobe

END = r"(?= (?:,|$|and |with |on |against |before |in |at |by |under )|$)"
"""The phrase is over here: a comma, the end, or a word that begins another one."""


@dataclass(frozen=True)
class Setting:
    """What words can refer to: whose picture it is, what can be worn, and which looks have names.

    `worded`: the painter is told in words what is worn; `read`: it also reads whatever else was typed.
    """

    twin_id: str
    wardrobe: Wardrobe
    lookbook: Lookbook
    worded: bool = False
    read: bool = False


@dataclass(frozen=True)
class Phrase:
    """What a rule makes of its match: the change, in words, and whether it sets a mood that details then refine."""

    meaning: str
    change: Callable[[Look], Look]
    mood: bool = False


@dataclass(frozen=True)
class Cannot:
    """A rule's answer to words that it knows and that the look cannot express; `ever`: nor may any painter be told them."""

    because: str
    ever: bool = False


@dataclass(frozen=True)
class Rule:
    """A pattern of folded words (lower case, single spaces, `,` for punctuation), and what its match means."""

    pattern: re.Pattern[str]
    mean: Callable[[re.Match[str]], Phrase | Cannot]


def rule(pattern: str, mean: Callable[[re.Match[str]], Phrase | Cannot]) -> Rule:
    """A rule whose pattern ends at a word's end."""
    return Rule(re.compile(rf"(?:{pattern})\b"), mean)


def within(value: float, span: Span) -> float:
    """The value, held inside what a look allows: "warmer" said often stops at the warmest."""
    return min(max(value, span[0]), span[1])


def any_of(words: tuple[str, ...] | list[str]) -> str:
    """A pattern of these words, longest first so that no longer one is cut short."""
    return "|".join(re.escape(word).replace(r"\ ", " ") for word in sorted(set(words), key=len, reverse=True))
