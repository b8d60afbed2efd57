"""What erasing a person means, in sentences for her: what goes, what stays and why, and what no studio can promise."""

from collections.abc import Mapping
from datetime import UTC, datetime

HERS_ALONE = "Only she herself has herself erased, or an administrator whom she asked in writing."
ALREADY = "This person was erased already."
STAYS = (
    "What stays: your name, your consents and licences, your decisions with their notes, the books of what was paid, the audit"
    " chain, the numbers that safeguards measured, and fingerprints (hashes) of files. The law asks for the books, and the rest"
    " proves what you allowed and when you ended it. No picture and no measurement of your face can be made from any of it."
)
COPIES = "A file that a brand downloaded before lies with the brand; the studio asks for its deletion and keeps the answer."
SIGNED = "The wish is signed with the key of the person, and the signature is kept with it."
UNSIGNED = "No key of the person signed the wish; that is on record."
FOR_GOOD = "This cannot be undone, by you, the studio or anybody else."


def foretold(counts: Mapping[str, int], waiting: int, files: int, delete_by: str | None) -> tuple[str, ...]:
    """What an erasure would do; `delete_by` is ISO text, None when nothing was released."""
    kept = ", ".join(_kept(counts))
    told = [
        "All your consents and licences end. Nothing new is painted from this moment.",
        f"The key that opens what is kept of you is destroyed, and the files go: {kept or 'nothing is kept of you at present'}."
        " Nothing of it can be opened again, not even from an old backup.",
        "Your sign-in is closed everywhere.",
    ]
    if waiting:
        told.insert(1, f"{counted(waiting, 'image', 'images')} that {'waits' if waiting == 1 else 'wait'} will be withdrawn.")
    if files and delete_by:
        told.insert(
            1,
            f"{counted(files, 'released file is', 'released files are')} recalled as each licence says; no brand can download"
            f" from now on, and every copy has to be deleted by {day_of(delete_by)}.",
        )
    return (*told, STAYS, COPIES, FOR_GOOD)


def receipt(erasure_id: str, erased_at: str, facts: Mapping[str, int], head: str, *, signed: bool) -> tuple[str, ...]:
    """The receipt of an erasure; `signed` says whether her key stands behind it."""
    return (
        f"Erased on {day_of(erased_at)} at {erased_at[11:19]} UTC, receipt {erasure_id}.",
        SIGNED if signed else UNSIGNED,
        f"Destroyed: {', '.join((*_kept(facts), 'the key that opened what was kept'))}.",
        f"Withdrawn: {facts['withdrawn']}. Recalled: {facts['recalled']}. Brands told of an end to come: {facts['noticed']}.",
        STAYS,
        COPIES,
        f"The audit chain afterwards: {head}. Keep this line: with it anybody can show that the chain was not rewritten.",
    )


def day_of(moment: str) -> str:
    """The day of a moment (ISO text), as people write it: 3 May 2026."""
    there = datetime.fromisoformat(moment).astimezone(UTC)
    return f"{there.day} {there:%B %Y}"


def _kept(counts: Mapping[str, int]) -> list[str]:
    parts = (
        counted(counts["images"], "image (original, negative, preview)", "images (originals, negatives, previews)"),
        counted(counts["templates"], "measurement of your face", "measurements of your face"),
        counted(counts["photographs"], "reference photograph", "reference photographs"),
        counted(counts["weights"], "model trained on you", "models trained on you"),
        # Receipts of earlier erasures do not count these.
        counted(counts.get("bases", 0), "picture that a brand handed in", "pictures that brands handed in"),
        counted(counts.get("masks", 0), "marked part of a picture", "marked parts of pictures"),
    )
    return [part for part in parts if part]


def counted(number: int, one: str, many: str) -> str:
    """“1 image”, “3 images”; empty for none."""
    return f"{number} {one if number == 1 else many}" if number else ""
