"""What a notice says, and where it leads: a sentence without names for what leaves the studio, with them for the inbox."""

import re
from collections.abc import Mapping

from moderation.access.account import Role
from moderation.notices.events import Kind

SENTENCES: Mapping[Kind, tuple[str, str]] = {
    Kind.HER_TURN: ("An image waits for your decision.", "{n} images wait for your decision."),
    Kind.APPROVED: ("She approved an image; you can release it.", "{n} images were approved; you can release them."),
    Kind.CHANGE_ASKED: ("She asks for a change of an image.", "A change is asked for of {n} images."),
    Kind.REFUSED: ("An image was refused.", "{n} images were refused."),
    Kind.REFUSED_FOR_HER: ("Your agency said no to an image for you.", "Your agency said no to {n} images for you."),
    Kind.TRIED: ("Somebody tried to decide in your place, and was refused.", "{n} times somebody tried to decide in your place."),
    Kind.RELEASED: ("An image that you approved was released.", "{n} images that you approved were released."),
    Kind.TAKING_BACK: ("Somebody took back what she had agreed to.", ""),
    Kind.RECALL: ("A released image was recalled: stop using it.", "{n} released images were recalled: stop using them."),
    Kind.REMINDER: ("Your answer about a recalled image is overdue.", "Your answers about {n} recalled images are overdue."),
    Kind.DRAFT: ("A consent waits for you to read.", ""),
    Kind.STATEMENT: ("Your statement of last month is ready.", ""),
}
"""For one and for several; none names anybody, shows a picture or tells an amount."""

_PLACES: Mapping[Kind, str] = {
    Kind.HER_TURN: "/me",
    Kind.RELEASED: "/me",
    Kind.APPROVED: "/studio",
    Kind.CHANGE_ASKED: "/studio",
    Kind.REFUSED: "/studio",
    Kind.REFUSED_FOR_HER: "/me",
    Kind.TRIED: "/me",
    Kind.RECALL: "/recalls",
    Kind.REMINDER: "/recalls",
}

_LEADS = re.compile(r"/(?:notices|recalls|revocation/[\w-]{1,64}|consent-draft/[\w-]{1,64}|statements/[\w/-]{1,200})", re.ASCII)


def sentence(kind: str, n: int) -> str:
    """What happened, in a sentence that anybody may read over somebody's shoulder."""
    one, several = SENTENCES[Kind(kind)]
    return several.format(n=n) if n > 1 and several else one


def place(kind: str, subject_id: str, role: str) -> str:
    """The address of the page where somebody of this role sees to it."""
    match Kind(kind):
        case Kind.TAKING_BACK:
            return f"/revocation/{subject_id}" if role == Role.AGENCY else "/studio"
        case Kind.DRAFT:
            return f"/consent-draft/{subject_id}"
        case Kind.STATEMENT:
            return f"/statements/{subject_id}"
        case other:
            return _PLACES[other]


def leads(address: str) -> bool:
    """Whether an address is of a page that notices lead to, so that a sign-in may lead there."""
    return _LEADS.fullmatch(address) is not None
