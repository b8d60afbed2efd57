"""Makes the examination of one home: the face pack, the reader, what is known of the twins, and the safeguards in order."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from moderation.database import Database
from moderation.enrolment.looking import Looking
from moderation.enrolment.pose_model import PoseModel
from moderation.errors import BadImage, PackRefused, Unexaminable
from moderation.examining.calibration import KnownFaces
from moderation.examining.chosen import chosen_blend, chosen_generated, faces_pack
from moderation.examining.evaluation import Probe, shots
from moderation.examining.evaluation_report import CAVEATS, Report, tables_of, write_report
from moderation.examining.examination import Examination, NoReader, ReadsFaces
from moderation.examining.known import Enrolled, FaceStore, Limits, TwinKeys
from moderation.examining.nearest import NearestFace
from moderation.examining.protected import Floats, ProtectedPeople
from moderation.examining.shipped import measure_beforehand
from moderation.examining.sighting import Sighting, nearness, sighting
from moderation.examining.templates import Outline, ReferencePicture, Template
from moderation.faces.outline import Fit, Grey, best_fit, canvas
from moderation.faces.pack import DEFAULT, Pack
from moderation.keys.keyring import Keyring
from moderation.keys.person_keys import PersonKeys
from moderation.safeguards.blend import blend_safeguard
from moderation.safeguards.blend_report import Report as Trial
from moderation.safeguards.blend_report import Untouched, set_limits, tried_on
from moderation.safeguards.content import Content, ContentPack
from moderation.safeguards.copied import CopyOfReference
from moderation.safeguards.exhibit import Picture, Safeguard
from moderation.safeguards.face_size import FaceSize
from moderation.safeguards.finding import Verdict
from moderation.safeguards.likeness import Likeness
from moderation.safeguards.manipulation import Manipulation
from moderation.safeguards.nobody_else import NobodyElse
from moderation.safeguards.one_face import OneFace
from moderation.safeguards.protected import ProtectedPerson

if TYPE_CHECKING:
    from moderation.faces.reader import FaceReader

Pictures = Callable[[Collection[str] | None], Iterable[ReferencePicture]]
"""The pictures of the references named; of None, of all that came with the program."""
Say = Callable[[str], None]

SMALLEST_PHOTOGRAPHED = 80.0
"""A face in a photograph from which somebody is to be known again is at least so many pixels wide."""


class Examiner:
    """Opens its models when first asked; `folder` is where packs lie, `threads` what each model may use."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        threads: int = 1,
        keys: Path | None = None,
        content: ContentPack | None = None,
        blend: Path | None = None,
        persons: TwinKeys | None = None,
        may_keep: Callable[[], Collection[str]] | None = None,
        pose: Path | None = None,
    ) -> None:
        """`keys` is where the keys of protected people lie, else beside the packs; `content` is asked where there is one.

        `blend` is the folder of the blend detector; without it a person must look for swapped faces. `persons` gives the keys
        that faces are sealed with, else those beside the packs; `may_keep` tells the twins whose faces may be kept now, else all.
        `pose` is the folder of what reads how a head is held, which only enrolment needs.
        """
        self._content, self._blend, self._may_keep, self._pose = content, blend, may_keep, pose
        self._persons = persons or PersonKeys(database, Keyring(folder.parent / "keys" / "persons"))
        self._database = database
        self._folder = folder
        self._keys = keys or folder.parent / "keys" / "protected"
        self._threads = threads

    def prepare(self, references: Pictures, say: Say, shipped: Path | None = None) -> None:
        """Convert the face models and measure the references where that has not happened yet, telling so.

        `shipped` was measured beforehand and is used where it fits. Where the models cannot be opened the studio runs on, says
        why, and leaves every image to a person. Protected people whose time is over are erased. Raises BadImage when a reference
        does not show exactly one face, KeyUnusable.
        """
        self.protected.erase_expired()
        if not (self._folder / DEFAULT).exists():
            say("Preparing the face models, once: this takes some seconds …")
        try:
            store = self.store
        except PackRefused as refusal:
            say(f"{refusal} Until then no image is examined, and a person must judge each one.")
            return
        enrolled = self._enrolled()
        if store.missing(enrolled):
            say("Measuring the references of the twins …")
        try:
            store.ready(enrolled, references, lambda: self._reader, canvas, shipped, lambda _words, _part: None)
        except Unexaminable as refusal:
            say(str(refusal))

    def forget_destroyed(self) -> None:
        """Let go of faces in memory that were destroyed since they were opened, by whichever process."""
        if "store" in self.__dict__:
            self.store.forget_destroyed()

    @cached_property
    def examination(self) -> Examination:
        """The safeguards; without a usable pack every question about faces stays unexamined."""
        reader: ReadsFaces
        try:
            reader = self._reader
        except PackRefused as refusal:
            reader = NoReader(refusal)
        safeguards: list[Safeguard] = [
            OneFace(),
            FaceSize(),
            Likeness(self._known),
            NobodyElse(self._known),
            ProtectedPerson(self._known, self.protected.faces),
            CopyOfReference(self._known, canvas, best_fit),
            chosen_blend(self._database, self._folder, self._threads) or self._own_blend,
        ]
        if self._content is not None:
            safeguards.append(Content(self._content, self._excluded))
        return Examination(reader, safeguards)

    def _excluded(self, twin_id: str) -> Mapping[str, str]:
        """What the twin's consents in force exclude, whichever of them an image rests on."""
        rows = self._database.rows(
            "SELECT json_extract(l.value, '$.topic') AS topic, json_extract(l.value, '$.sentence') AS sentence"
            " FROM consent c, json_each(c.content_limits) l WHERE c.twin_id = :twin AND c.starts_at <= :now AND :now < c.ends_at",
            {"twin": twin_id, "now": self._database.clock().isoformat(timespec="microseconds")},
        )
        return {row["topic"]: row["sentence"] for row in rows}

    @property
    def _own_blend(self) -> Safeguard:
        return blend_safeguard(self._blend, self._threads) if self._blend else Manipulation(None, None)

    def _known(self) -> KnownFaces:
        return self.store.known()

    def sighting(self, picture: Picture, twin_id: str) -> Sighting:
        """What the face models say of a picture of a twin; decides nothing. Raises PackRefused, Unexaminable."""
        return sighting(self._reader.read, self._known(), picture, twin_id)

    def examine_upload(self, picture: Picture, twin_id: str) -> Verdict:
        """The verdict on a picture (h, w, 3) from outside; one that tells generated ones is asked too, if chosen."""
        generated = chosen_generated(self._database, self._folder, self._threads)
        return self.examination.examine(picture, twin_id, [generated] if generated else [])

    def boxes(self, picture: Picture) -> list[tuple[float, float, float, float]]:
        """Left, top, right, bottom in pixels of every face in a picture (h, w, 3). Raises PackRefused."""
        return [face.box for face in self._reader.read(picture)]

    def outline(self, picture: Picture) -> Grey | None:
        """The head of the largest face of a picture (h, w, 3) in its place, as copies are known by. Raises PackRefused."""
        faces = self._reader.read(picture)
        return canvas(picture, faces[0].landmarks) if faces else None

    def fit(self, outline: Grey, others: Mapping[str, Grey]) -> Fit:
        """Which of the others has nearly the same lines, and how nearly."""
        return best_fit(outline, others)

    def nearness(self, picture: Picture, twin_id: str) -> float | None:
        """How like a twin a picture is on her own scale: 0 at her limit, 1 as near as half of her own pictures are.

        None without exactly one face, and where nothing is known of her: then there is nothing to prefer a picture by.
        """
        try:
            seen, limits = self.sighting(picture, twin_id), self._known().limits(twin_id)
        except (PackRefused, Unexaminable):
            return None
        return nearness(seen, limits)

    def measure_beforehand(self, references: Pictures, file: Path) -> int:
        """Measure all references and write them to `file`; how many there are. Raises PackRefused or BadImage."""
        return measure_beforehand(file, self._pack.sha256, self._reader, canvas, references(None))

    def limits(self) -> Limits:
        """What is known of the twins with the pack in use, and since when. Raises PackRefused, also before it was prepared."""
        if not (self._folder / DEFAULT).exists():
            raise PackRefused("The face models of this studio are not prepared yet.")
        return Limits(self._pack.name, self._pack.sha256, self.store.measured_at(), self._known())

    def try_blend(self, pictures: Iterable[Untouched]) -> Trial:
        """How often the blend detector is right about untouched pictures and forgeries of them. Raises PackRefused."""
        return tried_on(self._blend_folder, self._reader, pictures, self._threads)

    def set_blend_limits(self, pictures: Iterable[Untouched]) -> str:
        """Set the blend detector's limits by untouched pictures; a sentence saying to what. Raises PackRefused."""
        limits = set_limits(self._blend_folder, self._reader, pictures, self._threads)
        return f"From {limits.refer:.4f} on the blend detector refers, from {limits.block:.4f} on it blocks."

    @property
    def _blend_folder(self) -> Path:
        if self._blend is None:
            raise PackRefused("No blend detector is installed here.")
        return self._blend

    def report(self, probes: Iterable[Probe], plain: str, data: str, folder: Path) -> str:
        """Write how often this pack's limits are right about probes, of which `data` tells; a sentence saying where."""
        known, at = self._known(), self._database.clock().isoformat(timespec="seconds")
        taken = tuple(shots(probes, self._reader, known, plain))
        report = Report(self._pack.name, self._pack.sha256, at, (data, *CAVEATS), tables_of(taken, known))
        files = write_report(folder / self._pack.name, report, taken, known)
        return f"{len(taken)} pictures were asked about; {len(files)} files are in {files[0].parent}."

    def looking(self) -> Looking:
        """What looks at photographs handed in: also a model that tells generated pictures, where one was chosen.

        Raises PackRefused.
        """
        blend = chosen_blend(self._database, self._folder, self._threads) or self._own_blend
        generated = chosen_generated(self._database, self._folder, self._threads)
        pose = PoseModel.open(self._pose or self._folder)
        return Looking(self._reader, pose, [blend, *([generated] if generated else [])])

    @property
    def pack_sha256(self) -> str:
        """Which face models are in use. Raises PackRefused."""
        return self._pack.sha256

    def known_now(self) -> KnownFaces:
        """What is known of the twins. Raises PackRefused, also before the models were prepared, Unexaminable."""
        return self.limits().known

    def listed(self) -> NearestFace:
        """The faces of those who asked never to be painted. Raises PackRefused, Unexaminable."""
        return self.protected.faces()

    def enrol(self, outlines: Iterable[Outline], templates: Iterable[Template]) -> KnownFaces:
        """Keep what was measured of references that the registry has by now, and set everybody's limits anew."""
        return self.store.enrol(self._enrolled(), outlines, templates)

    @cached_property
    def protected(self) -> ProtectedPeople:
        """Who asked never to be painted."""
        return ProtectedPeople(self._database, Keyring(self._keys), lambda: self._pack.sha256)

    def template(self, photograph: Picture) -> Floats:
        """The template of the one face of a photograph. Raises BadImage with any other number, or a small one; PackRefused."""
        faces = self._reader.read(photograph)
        if len(faces) != 1:
            raise BadImage(f"The photograph shows {len(faces)} faces; hand in one that shows this person alone.")
        if faces[0].side < SMALLEST_PHOTOGRAPHED:
            raise BadImage(f"The face is {faces[0].side:.0f} pixels wide; at least {SMALLEST_PHOTOGRAPHED:.0f} are needed.")
        return faces[0].template

    @cached_property
    def store(self) -> FaceStore:
        """What is known of the twins with this pack; raises PackRefused."""
        return FaceStore(self._database, self._pack.sha256, self._names, self._persons)

    @cached_property
    def _pack(self) -> Pack:
        return faces_pack(self._database, self._folder)

    @cached_property
    def _reader(self) -> "FaceReader":
        from moderation.faces.reader import (
            FaceReader,
        )  # insightface takes a second to import, and most starts never look at a face

        return FaceReader(self._pack, self._threads)

    def _names(self) -> Mapping[str, str]:
        return {row["id"]: row["name"] for row in self._database.rows("SELECT id, name FROM twin")}

    def _enrolled(self) -> list[Enrolled]:
        rows = self._database.rows("SELECT id, twin_id, sha256 FROM standing_reference ORDER BY id")
        kept = None if self._may_keep is None else self._may_keep()
        return [Enrolled(row["id"], row["twin_id"], row["sha256"]) for row in rows if kept is None or row["twin_id"] in kept]
