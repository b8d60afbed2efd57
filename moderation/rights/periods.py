"""How long what is kept, in plain words for everybody; the numbers are those by which the retention job destroys."""

from datetime import timedelta

from moderation.access.session import LASTS as SESSION_LASTS
from moderation.desk.signoff import State
from moderation.enrolment.forgetting import LEFT_ALONE
from moderation.examining.protected import LONGEST as LONGEST_PROTECTED
from moderation.notices.forgetting import AFTER_READING, UNREAD
from moderation.rights.biometrics import LONGEST_UNUSED
from moderation.rights.retention import BASES_KEPT, PIXELS


def periods() -> list[tuple[str, str]]:
    """What is kept, and for how long with what happens then; the order is that of the page."""
    return [*_of_faces(), *_of_pictures(), *_of_the_rest()]


def _of_faces() -> list[tuple[str, str]]:
    unused = _years(LONGEST_UNUSED)
    return [
        (
            "Measurements of a face",
            "Made only with a consent of their own, sealed with the person's own key, and destroyed when that consent ends or is"
            f" taken back, at the latest {unused} after her last dealing with the studio.",
        ),
        ("Faces of other people in an image", "Compared in memory while an image is examined, and never kept."),
        (
            "Reference photographs as handed in",
            "Sealed; destroyed when neither a consent to be painted nor one to be measured stands any more, at the latest"
            f" {unused} after her last dealing. Each opening is on record.",
        ),
        (
            "Photographs of an enrolment that was not finished",
            f"Given up and destroyed {LEFT_ALONE.days} days after the last one was handed in;"
            " those left out of a finished one at once.",
        ),
        (
            "Models trained on one person",
            "Sealed; kept only while she allows training and painting. Each opening is on record.",
        ),
    ]


def _of_pictures() -> list[tuple[str, str]]:
    refused, ended = PIXELS[State.REFUSED].days, PIXELS[State.WITHDRAWN].days
    return [
        (
            "Images that were refused, stopped, or sent back for a change",
            f"Their pixels go {refused} days after that. Until then a maker may ask for a second look at a moderator's no.",
        ),
        (
            "Images that were withdrawn, recalled, cancelled, or never finished",
            f"Their pixels go {ended} days after that.",
        ),
        ("Which part of a picture an image repaints", "Sealed like the image, and destroyed when its pixels go."),
        (
            "Pictures that a brand handed in to have a part of them repainted",
            "Kept only if they show the person alone; sealed, without what the file said of itself, and destroyed"
            f" {BASES_KEPT.days} days later, or when she no longer allows to be painted. Each opening is on record.",
        ),
        ("Images that are waiting, approved or released", "Sealed, for as long as the licence they were made under is in use."),
    ]


def _of_the_rest() -> list[tuple[str, str]]:
    hours = int(SESSION_LASTS.total_seconds() // 3600)
    return [
        (
            "People who asked never to be painted",
            "Name and measurements are sealed with a key of their own and erased when they ask, at the latest after"
            f" {_years(LONGEST_PROTECTED)}.",
        ),
        (
            "Consents, licences, decisions, the books and the audit chain",
            "For good: the law asks for the books, and the rest proves what was allowed. They hold no picture and no face.",
        ),
        (
            "Notices",
            f"Deleted {AFTER_READING.days} days after they were read, unread ones {_years(UNREAD)} after they came; with each"
            " goes what is known of its sending. The address that somebody is written to goes as soon as it is taken out.",
        ),
        ("Being signed in", f"A session ends after {hours} hours, and its record goes with the next daily look."),
        (
            "When a person has herself erased",
            "The key to everything that is kept of her is destroyed at once, and what it sealed can never be opened again,"
            " not even from a backup.",
        ),
    ]


def _years(span: timedelta) -> str:
    words = {1: "one year", 2: "two years", 3: "three years"}
    return words[span.days // 365]
