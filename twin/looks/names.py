"""Which words name somebody else, or a house's mark: neither is ever painted.

These are rules of spelling, without understanding and without any list of real people, which would have to be kept on everybody
who is known. They find a name by its capitals ("Grace Kelly"), by what stands before it ("like Madonna"), by words that ask for a
likeness ("a celebrity lookalike"), and the names of the other twins and their people as the studio has them.
They miss a stranger's name in small letters, and refuse two capitals that are no name; the refusal says what to do then. What
they miss is met by the examination: no face clears that is not the consenting person's.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from twin.errors import WordsRefused
from twin.looks.marks import MARKS, PLAIN_WORDS

NOBODY_ELSE = "The studio paints nobody but the person who consented."
NO_MARKS = "The studio paints no house's name or mark."

_LIKENESS = re.compile(
    r"\b(?:celebrit(?:y|ies)|look[ -]?alikes?|doppelg[aä]ngers?|impersonat\w+|deep ?fakes?|face[ -]?swap\w*|body doubles?"
    r"|famous (?:actor|actress|singer|model|footballer|athlete|politician|person|people)\w*)\b",
    re.IGNORECASE,
)
_NAME = r"[A-ZÀ-ÖØ-ÞŠŽ][\w'’.-]*[\w]"
_PARTS = rf"{_NAME}(?:[ ](?:(?:de|del|della|di|da|van|von|der|den|la|le|bin|al|el|ter|st)[ ])*{_NAME}){{0,3}}"
_AFTER = re.compile(
    r"\b(?i:like|as|resembl(?:es?|ing)|imitat(?:es?|ing)|portray(?:s|ing)?|double of|twin of|face of|features of|style of"
    r"|manner of|[àa] la|instead of|alongside|beside|together with)\s+"
    rf"(?:(?i:the|a|an|young|old|late|singer|actress|actor|model)\s+)*(?P<name>{_PARTS})"
)
_POSSESSED = re.compile(rf"(?P<name>{_PARTS})(?:['’]s?)? (?i:face|features|smile|eyes|likeness|double)\b")
_TOGETHER = re.compile(
    rf"(?P<name>{_NAME}(?:[ ](?:(?:de|del|della|di|da|van|von|der|den|la|le|bin|al|el|ter|st)[ ])*{_NAME}){{1,3}})"
)
_KNOWN = frozenset(
    re.findall(
        r"\w+",
        """
        a an and at by for from in of on or the to with without her his their she he they i very more less no not
        golden blue hour hours high low key light lights lighting lit lamp rim fill ambient soft hard warm cool cold
        bright dark deep pale studio classic rembrandt paramount clamshell loop split broad short noir contre jour
        gel beauty dish window winter summer spring autumn fall morning evening noon night sunset sunrise
        candlelight moonlight tungsten overcast desert sun catalogue pastel terracotta fired clay tone colour color
        block look looking smile smiling smiles serious head turned turn left right chin up down eyes brows camera
        navy white black ivory sand camel brown orange yellow olive sage green teal red burgundy pink rose lilac
        purple violet grey gray charcoal ink silver gold beige cream sky midnight forest wine plum mint coral crew
        neck top open collar blouse shirt jumper sweater tee wide roll tailored blazer trench coat denim jacket wrap dress
        cable knit cardigan wearing wears dressed backdrop background paper
        wall seamless portrait picture photo image three quarter view face straight slightly slight big new york los
        angeles san francisco hong kong paris london milan tokyo berlin rome fashion week monday tuesday wednesday
        thursday friday saturday sunday january february march april may june july august september october november
        december christmas eve easter day street city style editorial campaign vintage modern french italian english
        british german spanish scandinavian nordic european american asian african japanese dutch greek kelvin srgb
        """,
    )
)
"""Words that are often written with capitals and are no part of a name here."""


@dataclass(frozen=True)
class Cast:
    """The names of the twin who is painted, and those of the other twins and of the people behind them."""

    own: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def refuse_names(words: str, cast: Cast) -> None:
    """Raises WordsRefused, quoting the rule, when the words name a mark or somebody other than the twin."""
    mark = next(_marks_in(words), None)
    if mark:
        raise WordsRefused(f"A rule of the studio says: “{NO_MARKS}” Leave out “{mark}”.")
    other = _other_in(words, cast)
    if other:
        raise WordsRefused(f"A rule of the studio says: “{NOBODY_ELSE}” Leave out “{other}”.")
    asked = _LIKENESS.search(words)
    if asked:
        raise WordsRefused(f"A rule of the studio says: “{NOBODY_ELSE}” Leave out “{asked[0]}”.")
    name = _name_in(words, cast)
    if name:
        raise WordsRefused(
            f"“{name}” reads like a person's name, and a rule of the studio says: “{NOBODY_ELSE}” Leave it out, or write it in"
            " small letters if it names nobody."
        )


def _plain(text: str) -> str:
    """Without accents and hidden characters, letters and capitals kept."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) not in ("Mn", "Cf"))


@cache
def _pattern(words: str, *, as_names: bool) -> re.Pattern[str]:
    """Any of the marks, in small or capital letters; as names only with a capital in front of each word."""
    either = []
    for word in _plain(words).split():
        parts = [re.escape(part).replace("'", "['’]?") for part in word.split("_")]
        if as_names:
            parts = [part[0].upper() + part[1:] if part[0].isalpha() else part for part in parts]
        either.append(r"[ \-]?".join(part if part != "\\&" else "(?:&|and|\\+)?" for part in parts))
    longest_first = "|".join(sorted(either, key=len, reverse=True))
    return re.compile(rf"\b(?:{longest_first})(?:['’]?s)?\b", 0 if as_names else re.IGNORECASE)


def _marks_in(words: str) -> Iterator[str]:
    plain = _plain(words)
    spelled = re.sub(r"\b(?:\w[ .\-_]){3,}\w\b", lambda run: re.sub(r"\W|_", "", run[0]), plain)
    for text in (plain, spelled):
        yield from (match[0] for match in _pattern(MARKS, as_names=False).finditer(text))
    if not any(letter.islower() for letter in plain):
        return  # where everything is in capitals they tell nothing
    for match in _pattern(PLAIN_WORDS, as_names=True).finditer(plain):
        begins = not re.search(r"\w", re.split(r"[.!?;:\n]", plain[: match.start()])[-1])
        if not begins:
            yield match[0]


def _other_in(words: str, cast: Cast) -> str | None:
    """The name of another twin or person of the studio: written as a name, or asked for in any letters."""
    plain = _plain(words)
    own = {part for name in cast.own for part in (name, name.split()[0])}
    for name in sorted({_plain(name) for name in cast.others if name not in own}, key=len, reverse=True):
        asked = rf"(?:(?i:like|as|than|with|and|beside|not) )(?i:{re.escape(name)})"
        found = re.search(rf"\b(?:{re.escape(name)}|{re.escape(name.upper())}|{asked})\b", plain)
        if found and len(name) > 1:
            return found[0]
    return None


def _name_in(words: str, cast: Cast) -> str | None:
    own = {part.casefold() for name in cast.own for part in re.findall(r"\w+", name)}
    shouted = not any(letter.islower() for letter in words)
    titled = all(word[0].isupper() for word in re.findall(r"[^\W\d_]{3,}", words))
    patterns = [_AFTER, _POSSESSED] if shouted or titled else [_AFTER, _POSSESSED, _TOGETHER]
    if titled and not shouted and len(re.findall(r"\w+", words)) <= 4:
        patterns.append(_TOGETHER)  # a name and nothing else
    for pattern in patterns:
        for match in pattern.finditer(words):
            strange = _strange(re.findall(r"[\w'’.-]*\w", match["name"]), own)
            if len(strange) >= (2 if pattern is _TOGETHER else 1):
                return re.sub("['’]s$", "", " ".join(strange))
    return None


def _strange(parts: Sequence[str], own: Collection[str]) -> list[str]:
    """The longest run of parts that neither the studio's words nor the twin's names hold."""
    runs: list[list[str]] = [[]]
    for part in parts:
        bare = part.casefold().removesuffix("'s").removesuffix("’s")
        if bare in _KNOWN or bare in own or all(piece in _KNOWN for piece in re.split("[-’']", bare)):
            runs.append([])
        else:
            runs[-1].append(part)
    return max(runs, key=len)
