"""Which words ask for something that a consent, or the studio itself, never shows."""

import re
import unicodedata
from collections.abc import Iterable

from twin.consents.consent import Consent, ContentLimit, Topic
from twin.errors import LookRefused, WordsRefused
from twin.looks.names import Cast, refuse_names
from twin.looks.wardrobe import Garment

NOBODY_KNOWN = Cast()

HOUSE_LIMITS = (
    ContentLimit(Topic.NUDITY, "The studio paints nobody undressed."),
    ContentLimit(Topic.CHILDHOOD, "The studio paints adults, as the adults they are."),
)
"""What no consent can allow."""

_WORDS: dict[Topic, str] = {
    Topic.NUDITY: """nude nudity nudist naked topless bottomless undress* unclothed shirtless bare_breast* bare_chest* bare_butt*
        nipple cleavage porn* erotic* nsfw sexual* sexy seductive* strip-tease stripper stripping see-through_top
        see-through_shirt see-through_blouse transparent_top transparent_shirt transparent_blouse""",
    Topic.LINGERIE: """lingerie under-wear under-garment bra bralette brassiere panties knickers thong corset negligee boxers
        boxer_short garter* bodysuit baby-doll""",
    Topic.SWIMWEAR: """swim-wear swim-suit swim-trunk swim-short bikini* bathing-suit bathing-costume tankini monokini
        beach-wear speedo""",
    Topic.ALCOHOL: """alcohol* beer lager wine-glass wine-bottle glass_of_wine glass_of_red_wine glass_of_white_wine
        bottle_of_wine drinking_wine red_wine white_wine sparkling_wine champagne prosecco whisky whiskies whiskey
        vodka gin rum tequila cocktail liquor drunk pint martini""",
    Topic.TOBACCO: "tobacco cigar cigarette cigarillo smoke smoking smoker vape vaping e-cig* hookah shisha pipe",
    Topic.DRUGS: "drug cannabis marijuana weed cocaine heroin syringe stoned ecstasy lsd",
    Topic.WEAPONS: "weapon* gun pistol rifle revolver knife knives sword dagger bomb grenade ammunition",
    Topic.POLITICS: """politic* election vote voter voting ballot parliament* president* senator rally rallies protest* propaganda
        democrat republican socialis* communis* fascis* nazi campaign_poster party_badge party_logo""",
    Topic.RELIGION: """religio* church* mosque synagogue crucifix* rosary rosaries bible quran koran torah pray prayer praying
        priest nun imam rabbi hijab niqab burqa kippa yarmulke""",
    Topic.GAMBLING: "gambl* casino poker roulette slot-machine betting bookmaker lottery lotteries",
    Topic.FUR: "fur mink sable chinchilla",
    Topic.CHILDHOOD: """child children childish child-like kid baby(?!_blue|_pink) babies toddler infant teen teenage
        teenaged teenager preteen minor under-age school-girl school-boy girl boy adolescent
        1[01234567]_year*_old [123456789]_year*_old""",
}
"""The words of each topic: `*` is any ending, `-` an optional space, `_` a space; a plural is meant too."""


def _pattern(words: str) -> re.Pattern[str]:
    either = "|".join(word.replace("*", r"\w*").replace("-", " ?").replace("_", " ") for word in words.split())
    return re.compile(rf"\b(?:{either})(?:s|es)?\b")


_PATTERNS = {topic: _pattern(words) for topic, words in _WORDS.items()}


def fold(text: str) -> str:
    """Lower case without accents, hidden characters, joiners or punctuation: what the rules compare."""
    shown = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) not in ("Mn", "Cf"))
    return " ".join(re.findall(r"[^\W_]+", shown.casefold()))


def broken_limits(limits: Iterable[ContentLimit], words: str) -> tuple[tuple[ContentLimit, str], ...]:
    """Each limit that the words break, with the word that breaks it.

    Spelled-out letters ("b i k i n i", "b.i.k.i.n.i") are read as the word that they make.
    """
    folded = fold(words)
    spelled = re.sub(r"\b(?:\w )+\w\b", lambda run: run[0].replace(" ", ""), folded)
    found = []
    for limit in limits:
        match = _PATTERNS[limit.topic].search(folded) or _PATTERNS[limit.topic].search(spelled)
        if match:
            found.append((limit, match[0]))
    return tuple(found)


def refuse_words(consent: Consent, words: str, cast: Cast = NOBODY_KNOWN) -> None:
    """Raises WordsRefused, quoting the sentence that forbids it, when the words ask for what is never shown.

    Checked without understanding: "no wine glass" is refused too, because a painter may paint what it reads. Names of marks and
    of people other than the twin are refused by `twin.looks.names`; `cast` is whom the studio knows by name.
    """
    for limits, whose in ((consent.content_limits, "The consent says"), (HOUSE_LIMITS, "A rule of the studio says")):
        for limit, word in broken_limits(limits, words):
            raise WordsRefused(f"{whose}: “{limit.sentence}” Leave out “{word}”.")
    refuse_names(words, cast)


def refuse_garment(consent: Consent, garment: Garment) -> None:
    """Raises LookRefused, quoting the sentence that forbids it, when a garment by its title, cut or words is never shown."""
    told = ", ".join((garment.title, garment.cut, *garment.words))
    for limits, whose in ((consent.content_limits, "The consent says"), (HOUSE_LIMITS, "A rule of the studio says")):
        for limit, _ in broken_limits(limits, told):
            raise LookRefused(f"{whose}: “{limit.sentence}” Choose another garment than “{garment.title}”.")
