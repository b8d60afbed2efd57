"""Reads a creative's own words into changes of the look, and names those that cannot be painted."""

import re
import unicodedata
from dataclasses import dataclass, replace

from twin.errors import BadValue
from twin.looks.limits import refuse_words
from twin.looks.look import WORDS_AT_MOST, Look
from twin.phrases import Cannot, Phrase, Rule, Setting, rules_of

__all__ = ["Reading", "Setting", "Understood", "Unpainted", "read_words", "refuse_words"]

_FILLERS = frozenset(
    re.findall(
        r"\w+",
        """a an the and with in on of at to for by from as is are her his their she he they him them i we want would like please
        very portrait portraits picture photo photograph image shot model woman man person lady guy wearing wears wear dressed
        fashion look looks looking head face standing some but then make give let me see this that""",
    )
)
_TOLD = "told to the painter as you typed it"
_TOO_MUCH = "This studio's looks have no such thing; the painter will leave it out."


@dataclass(frozen=True)
class Understood:
    """Characters `start` to `end` of the text, and what they do to the look, in words."""

    start: int
    end: int
    text: str
    meaning: str


@dataclass(frozen=True)
class Unpainted:
    """Characters `start` to `end` of the text that the look cannot express, and why."""

    start: int
    end: int
    text: str
    because: str


@dataclass(frozen=True)
class Reading:
    """The look with the words applied, and both halves of what was typed, each in the order of the text.

    For a painter that reads words, what no rule understands is told to it as typed, and only what nobody may be told is left.
    """

    look: Look
    understood: tuple[Understood, ...]
    unpainted: tuple[Unpainted, ...]


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    folded: str
    at: int
    """Where the token begins in the folded text."""


def read_words(text: str, look: Look, setting: Setting) -> Reading:
    """Apply free words to a look by the rules of `twin.phrases`; the longest match at each place wins.

    The look's own `words` become `text`. Moods ("golden hour") are applied before details ("navy backdrop"), wherever they
    stand. Give the look as it was *before* any words: "warmer" applied twice is warmer twice. Raises BadValue when the
    text is too long.
    """
    if len(text) > WORDS_AT_MOST:
        raise BadValue(f"The words must be text of at most {WORDS_AT_MOST} characters.")
    tokens, folded = _folded(text)
    phrases, unpainted, unknown = _meanings(text, tokens, folded, rules_of(setting), told=setting.read)
    moods = [pair for pair in phrases if pair[1].mood]
    for replaced, _ in moods[:-1]:
        because = f"Only one mood at a time: “{moods[-1][0].text}” comes later and replaces it."
        unpainted.append(Unpainted(replaced.start, replaced.end, replaced.text, because))
    phrases = [pair for pair in phrases if pair not in moods[:-1]]
    for _, phrase in moods[-1:] + [pair for pair in phrases if not pair[1].mood]:
        look = phrase.change(look)
    left = _unknown_phrases(text, unknown, setting)
    passed = [Understood(one.start, one.end, one.text, _TOLD) for one in left] if setting.read else []
    unpainted += [] if setting.read else left
    return Reading(
        replace(look, words=text),
        tuple(sorted((*(understood for understood, _ in phrases), *passed), key=lambda phrase: phrase.start)),
        tuple(sorted(unpainted, key=lambda phrase: phrase.start)),
    )


def _meanings(
    text: str, tokens: list[_Token], folded: str, rules: tuple[Rule, ...], *, told: bool
) -> tuple[list[tuple[Understood, Phrase]], list[Unpainted], list[_Token]]:
    """What the words mean, what they ask in vain, and the words that no rule knows."""
    phrases: list[tuple[Understood, Phrase]] = []
    unpainted: list[Unpainted] = []
    unknown: list[_Token] = []
    place = 0
    while place < len(tokens):
        found = _longest(folded, tokens[place].at, rules)
        if found is None:
            unknown.append(tokens[place])
            place += 1
            continue
        length, meant = found
        run = [token for token in tokens[place:] if token.at < tokens[place].at + length]
        start, end = run[0].start, run[-1].end
        if isinstance(meant, Phrase):
            phrases.append((Understood(start, end, text[start:end], meant.meaning), meant))
        elif told and not meant.ever:
            unknown += run
        else:
            unpainted.append(Unpainted(start, end, text[start:end], meant.because))
        place += len(run)
    return phrases, unpainted, unknown


def _folded(text: str) -> tuple[list[_Token], str]:
    """The words, and the text that rules match: folded words with single spaces, and `,` where punctuation parts them."""
    tokens: list[_Token] = []
    folded = ""
    for word in re.finditer(r"[^\W_]+", text):
        if tokens and re.search(r"[^\s\-'’]", text[tokens[-1].end : word.start()]):
            folded += ", "
        plain = "".join(c for c in unicodedata.normalize("NFKD", word[0].casefold()) if not unicodedata.combining(c))
        tokens.append(_Token(word.start(), word.end(), plain, len(folded)))
        folded += plain + " "
    return tokens, folded


def _longest(folded: str, at: int, rules: tuple[Rule, ...]) -> tuple[int, Phrase | Cannot] | None:
    best: tuple[int, Phrase | Cannot] | None = None
    for rule in rules:
        match = rule.pattern.match(folded, at)
        if match and match.end() > match.start() and (best is None or match.end() - at > best[0]):
            best = (match.end() - at, rule.mean(match))
    return best


def _unknown_phrases(text: str, tokens: list[_Token], setting: Setting) -> list[Unpainted]:
    """Unknown words side by side are one phrase; words that carry no wish are passed over at its ends."""
    fillers = _FILLERS | {setting.twin_id}
    runs: list[list[_Token]] = []
    for token in tokens:
        joined = runs and not re.search(r"[^\s\-'’]", text[runs[-1][-1].end : token.start])
        if joined:
            runs[-1].append(token)
        else:
            runs.append([token])
    named = []
    for run in runs:
        while run and run[0].folded in fillers:
            run = run[1:]
        while run and run[-1].folded in fillers:
            run = run[:-1]
        if run:
            named.append(Unpainted(run[0].start, run[-1].end, text[run[0].start : run[-1].end], _TOO_MUCH))
    return named
