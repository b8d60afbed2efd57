"""Enrolments in the machine's studio: who may, under which consents, what stands meanwhile, and what is left when it is over."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from moderation.access.account import Account
from moderation.enrolment.enrolments import Enrolments, Handed
from moderation.enrolment.finishing import Finishing
from moderation.enrolment.looking import Taken
from moderation.enrolment.opened import Changing
from moderation.examining.calibration import KnownFaces
from moderation.examining.known import Enrolled
from moderation.examining.nearest import NearestFace
from moderation.examining.templates import Outline, Template
from tests.machine.belief import NOTHING, Belief
from tests.machine.whole import PHOTO, Whole
from tests.moderation.enrolment.test_photograph import GOOD
from tests.moderation.scene import AGENT
from tests.moderation.sealed_scene import FACES, PACK
from twin.registry import registry

KINDS = ("take", "finish", "reopen", "take out", "give up")
_LOOKS = "SELECT id, twin_id, sha256 FROM standing_reference ORDER BY id"
_STANDING = "SELECT id FROM standing_reference WHERE twin_id = ?"


class Eyes:
    """Measures a file that names its twin as a photograph of hers, each a little different; nothing else of it is looked at."""

    pack_sha256 = PACK

    def __init__(self, studio: Whole) -> None:
        self._studio = studio

    def looking(self) -> "Eyes":
        return self

    def at(self, content: bytes, _others: object) -> Taken:
        """What the models would say."""
        chance = np.random.default_rng(int.from_bytes(hashlib.sha256(content).digest()[:4]))
        twin = content.removeprefix(PHOTO).split()[0].decode()
        template = (FACES[twin] + chance.normal(0, 0.01, 128)).astype(np.float32)
        canvas = chance.integers(0, 256, (224, 224), dtype=np.uint8)
        return Taken(content, replace(GOOD, template=template, canvas=canvas, pack_sha256=PACK, doubts=()), content, content)

    def known_now(self) -> KnownFaces:
        return self._studio.store.known()

    def listed(self) -> NearestFace:
        return NearestFace([], np.empty((0, 0), np.float32))

    def outline(self, _picture: object) -> None:
        """No image of this studio shows a face."""
        return

    def enrol(self, outlines: Sequence[Outline], templates: Sequence[Template]) -> KnownFaces:
        """Measured as the examiner does it."""
        rows = self._studio.database.rows(_LOOKS)
        found = [Enrolled(row["id"], row["twin_id"], row["sha256"]) for row in rows]
        return self._studio.store.enrol(found, outlines, templates)


class Enrolling:
    """Acts of enrolment over one studio, each through the real objects, and what must be so when one succeeds."""

    def __init__(self, studio: Whole, belief: Belief, attempt: Callable[..., Any]) -> None:
        eyes: Any = Eyes(studio)
        keys = studio.person_keys
        self._studio, self._belief, self._attempt = studio, belief, attempt
        self.open = Enrolments(studio.database, studio.vault, studio.photographs, keys, lambda: eyes, demo=False)
        self.changing = Changing(studio.database, self.open)
        self.finishing = Finishing(studio.database, studio.vault, self.open, lambda: eyes, registry.enrol)
        self._handed = 0

    def act(self, kind: str, who: Account, twin: str, count: int, now: datetime) -> None:
        """One act by somebody about a twin; only the end of an enrolment may change what stands."""
        before = self.standing(twin)
        leaving = {
            row["id"] for row in self._rows("SELECT id FROM photograph WHERE leaving_with IS NOT NULL AND removed_at IS NULL")
        }
        got = self._attempt(f"enrolment: {kind}", self._acts(kind, who, twin, count))
        after = self.standing(twin)
        if got is NOTHING:
            assert kind == "finish" or after == before, "a refused act changed what she is known by"
            return
        assert who.person_id == twin or who is AGENT, "somebody else changed an enrolment"
        assert twin not in self._belief.erased, "somebody who had herself erased was enrolled"
        if kind in ("take", "finish", "reopen"):
            assert self._may(twin, now), "photographs were taken without a consent to be painted"
        if kind == "finish":
            assert before - leaving <= after, "what was to stay is gone"
            assert not leaving & after, "what was taken out still stands"
            assert len(after) >= 8, "she is enrolled by fewer than eight photographs"
        else:
            assert after == before, "a change took hold before it was finished"

    def standing(self, twin: str) -> set[str]:
        """The references by which she is known."""
        return {row["id"] for row in self._rows(_STANDING, [twin])}

    def _acts(self, kind: str, who: Account, twin: str, count: int) -> Callable[[], object]:
        match kind:
            case "take":
                return lambda: self.open.take(who, twin, self._files(twin, count))
            case "take out":
                chosen = sorted(self.standing(twin))[:1] or ["nothing"]
                return lambda: self.open.remove(who, twin, chosen[0])
            case "finish":
                return lambda: self.finishing.finish(who, twin)
            case "reopen":
                return lambda: self.changing.reopen(who, twin)
            case _:
                return lambda: self.open.give_up(who, twin)

    def _files(self, twin: str, count: int) -> list[Handed]:
        self._handed += count
        numbers = range(self._handed - count, self._handed)
        return [Handed(f"{number}.jpg", PHOTO + f"{twin} {number}".encode()) for number in numbers]

    def _may(self, twin: str, now: datetime) -> bool:
        return any(one.twin == twin and one.runs(now) and one.asked_at is None for one in self._belief.consents.values())

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        return self._studio.database.rows(sql, values)
