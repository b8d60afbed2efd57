"""What the light table asks for while a lamp moves: one proof, in the look that the tools stand for at this moment."""

import json
from collections.abc import Callable
from typing import Any

from twin.errors import BadValue
from twin.looks.look import Authors, Look
from twin.pages.form import Dials
from twin.pages.ports import Account, Studio

TABLE_HEAD = '<script src="/assets/theme/light_table.js" type="module"></script>'
"""What the studio page's head carries, so that the picture follows the tools."""
LONGEST = 500
"""Letters that the field of words takes, as on the page."""


def proofs_of(studio: Studio) -> Callable[[Account, str, str, str, str], bytes]:
    """`proof(account, render_id, twin_id, words, dials)` as a marked JPEG, `dials` being the tools' values as a JSON list.

    It raises what `Studio.proof` and `spoken` raise, and BadValue for values that no tools give.
    """

    def proof(account: Account, render_id: str, twin_id: str, words: str, dials: str) -> bytes:
        if len(words) > LONGEST:
            raise BadValue(f"The words take {LONGEST} letters.")
        return studio.proof(account, render_id, spoken(studio, account, twin_id, _look(dials), words)).jpeg

    return proof


def spoken(studio: Studio, account: Account, twin_id: str, look: Look, words: str | None) -> Look:
    """The look with the words applied, as far as a negative can follow them; forbidden ones raise WordsRefused."""
    return studio.read_words(account, twin_id, None, look, words).look if words and words.strip() else look


def _look(told: str) -> Look:
    try:
        values: Any = json.loads(told)
        return Dials(tuple(values)).look("", Authors())
    except (TypeError, ValueError, OverflowError, RecursionError, AttributeError) as error:
        raise BadValue("These are no values that the tools give.") from error
