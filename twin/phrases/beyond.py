"""Words that people often say and that no look expresses, each with the reason."""

from twin.phrases.rule import Cannot, Rule, rule


def _beyond(because: str, pattern: str, *, ever: bool = False) -> Rule:
    return rule(pattern, lambda _: Cannot(because, ever))


RULES: tuple[Rule, ...] = (
    _beyond(
        "Heads turn at most 38° to a side here.", r"(?:in )?(?:full |side )?profile|side view|from (?:behind|the back)|back view"
    ),
    _beyond(
        "Mouths stay closed: the painter has learned no others.",
        r"laugh(?:s|ing|ter)?|open mouth(?:ed)?|mouth open|(?:showing )?teeth|talking|shouting|singing|yawning"
        r"|toothy (?:smile|grin)",
    ),
    _beyond("Eyes stay open.", r"(?:eyes closed|closed eyes|wink(?:s|ing)?|asleep|sleeping)"),
    _beyond(
        "Pictures show head and shoulders only.",
        r"full (?:body|length|figure)|half length|(?:sitting|seated|walking|running|jumping|dancing|kneeling|lying)"
        r"|hands?(?: (?:in|on|behind) (?:the |her |his )?\w+)?|arms?(?: crossed)?|crossed arms|legs?|feet|hips?",
    ),
    _beyond(
        "The wardrobe has no accessories.",
        r"hats?|caps?|beanies?|(?:sun ?)?glasses|jewel(?:le)?ry|earrings?|necklaces?|rings?|watch|scarf|scarves|gloves?"
        r"|bags?|handbags?|ties?|bow ties?",
    ),
    _beyond(
        "The wardrobe has only what the painter has learned to dress this twin in.",
        r"dress(?:es)?|gowns?|coats?|jackets?|blazers?|suits?|skirts?|trousers|jeans|hood(?:ie|ies)|vests?|waistcoats?"
        r"|parkas?|anoraks?"
        r"|cardigans?|turtle ?necks?|roll ?necks?|leather|silk|linen|cotton|denim|velvet|wool(?:len)?|stripes?|striped"
        r"|checked|patterned|floral",
    ),
    _beyond(
        "Backdrops are coloured paper; there are no places.",
        r"(?:(?:on|at|in) (?:a |an |the )?)?(?:street|beach|city|forest|park|garden|caf(?:e|es)|kitchen|office|desert"
        r"|mountains?|outdoors?|outside|indoors?"
        r"|paris|london|new york|tokyo|sea|snow|rain|clouds|flowers)",
    ),
    _beyond(
        "The lamps stay where they stand: key in front to the left, fill to the right, rim behind to the right.",
        r"(?:light|lit|key|lamp) from (?:the )?(?:left|right|above|below|behind|front|top|side)|side ?li(?:t|ght)"
        r"|top light|under ?light",
    ),
    _beyond(
        "A twin keeps face, hair, eyes, skin and marks as they are.",
        r"(?:younger|older|slimmer|thinner|taller|paler|tanned|prettier)|(?:red|blond|blonde|brunette|short|long|curly"
        r"|wavy|straight|tied|wet|messy) hair"
        r"|blonde?|brunette|pony ?tail|bun|bald|make ?up|lipstick|tattoos?|(?:no |without )(?:wrinkles|freckles|beard"
        r"|moles?)|flawless|airbrushed"
        r"|smooth skin|perfect skin|retouched",
        ever=True,
    ),
    _beyond("Pictures are in colour.", r"black and white|monochrome|b and w|sepia|gr[ea]yscale"),
    _beyond(
        "There is one lens and one crop.",
        r"close ?up|wide ?(?:angle|shot)|bokeh|blurred?|shallow depth of field|(?:35|50|85) ?mm|film grain|fish ?eye"
        r"|from (?:above|below)|low angle|high angle",
    ),
)
