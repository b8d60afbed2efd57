"""The packs of one home: pulled or imported, checked, pinned, accepted and chosen; every step leaves an audit row."""

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moderation.access.account import Account, Role
from moderation.database import Database, Row, Transaction
from moderation.errors import NotYours, PackRefused
from moderation.faces.catalogue import Catalogue, Entry, Origin, SourceFile, Task
from moderation.faces.pack import DEFAULT, LICENCE, MANIFEST, Pack, manifest_bytes, open_pack
from moderation.faces.settled import settle_folder, write_file

if TYPE_CHECKING:
    import httpx

    from moderation.faces.fetch import Progress

CONSOLE = "console"
SHORTEST_ACCEPTANCE = 40
"""Letters that an acceptance has at least: a sentence, not a nod."""


@dataclass(frozen=True)
class Leave:
    """In whose name a pack is installed, and what that person says: that what arrives is pinned, that the licence is accepted."""

    account: Account | None = None
    pin: bool = False
    words: str | None = None

    @property
    def actor(self) -> str:
        """Who acts in the audit chain."""
        return CONSOLE if self.account is None else self.account.id

    def administrator(self, what: str) -> Account:
        """The administrator who gives leave; raises NotYours for anybody else, and when nobody is named."""
        if self.account is None or self.account.role is not Role.ADMINISTRATOR:
            raise NotYours(f"{what} Only an administrator may do that, named with --as LOGIN.")
        return self.account


@dataclass(frozen=True)
class Gathered:
    """One source file on this machine, its hash as it was read."""

    path: Path
    sha256: str


class Packs:
    """Packs under `folder`, as a catalogue tells of them; those that are shipped lie in `assets`."""

    def __init__(self, database: Database, folder: Path, catalogue: Catalogue, assets: Path) -> None:
        self.catalogue = catalogue
        self._database, self._folder, self._assets = database, folder, assets

    def pull(self, name: str, leave: Leave, client: "httpx.Client", progress: "Progress") -> Pack:
        """Fetch, verify, convert and install a pack. Raises PackRefused, NotYours."""
        from moderation.faces.fetch import fetch

        entry = self._installable(name, leave)
        kept = self._folder / f".{name}.fetched"
        kept.mkdir(parents=True, exist_ok=True)
        gathered = {}
        for source in entry.sources:
            found = fetch(source, self._expected(entry, source), kept, client, progress)
            gathered[source.file] = Gathered(found.path, found.sha256)
        pack = self._install(entry, gathered, leave, "pull")
        shutil.rmtree(kept, ignore_errors=True)
        return pack

    def bring(self, name: str, place: Path, leave: Leave) -> Pack:
        """Install a pack from a file, or from a folder that holds its files and nothing else. Raises PackRefused, NotYours."""
        from moderation.faces.fetch import sha256_of

        entry = self._installable(name, leave)
        gathered = {}
        for source, path in _paired(entry, place).items():
            sha256, size = sha256_of(path), path.stat().st_size
            expected = self._expected(entry, source)
            if expected is not None and sha256 != expected:
                raise PackRefused(f"{path} is not {source.file} as it is known: its SHA-256 is {sha256}.")
            if source.bytes is not None and size != source.bytes:
                raise PackRefused(f"{path} has {size} bytes where {source.file} has {source.bytes}.")
            gathered[source.file] = Gathered(path, sha256)
        return self._install(entry, gathered, leave, "import")

    def check(self, name: str) -> str:
        """One sentence on an installed pack whose every file is as it was installed. Raises PackRefused with the first reason."""
        entry = self.catalogue.entry(name)
        match entry.origin:
            case Origin.SHIPPED:
                for source in entry.sources:
                    file = self._assets / name / source.file
                    if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != source.sha256:
                        raise PackRefused(f"{source.file} of the pack {name} is missing or altered; install the program again.")
                return f"{name} comes with the program, and every file is as it was shipped."
            case Origin.PACKAGE if not (self._folder / DEFAULT).exists():
                return f"{name} is converted when the studio first opens."
            case Origin.PACKAGE:
                return f"{name} is whole, manifest {open_pack(self._folder / DEFAULT).sha256[:12]}…"
            case Origin.DOWNLOAD:
                pack = installed(self._database, self._folder, name)
                return f"{name} is whole, manifest {pack.sha256[:12]}…"

    def standing(self, entry: Entry) -> str:
        """Whether a pack is in use, installed, or not: a few words."""
        used = in_use(self._database, entry.slot)
        if entry.origin is Origin.DOWNLOAD and not self._rows("SELECT 1 FROM pack_install WHERE pack = ?", entry.name):
            return "not installed"
        default = entry.origin is not Origin.DOWNLOAD
        return "in use" if used == entry.name or (used is None and default) else "installed"

    def use(self, name: str, leave: Leave) -> str | None:
        """Let a pack answer its question from the next start on; the one before, None for the one that the program came with.

        Raises PackRefused when it is not whole, NotYours when its licence was not accepted.
        """
        entry = self.catalogue.entry(name)
        self._accepted(entry, leave)
        self.check(name)
        if entry.origin is Origin.DOWNLOAD:
            try_out(installed(self._database, self._folder, name), entry)
        before = in_use(self._database, entry.slot)
        with self._database.write(leave.actor) as tx:
            tx.execute("DELETE FROM pack_choice WHERE slot = ?", [entry.slot])
            if entry.origin is Origin.DOWNLOAD:
                tx.execute("INSERT INTO pack_choice VALUES (?, ?, ?)", [entry.slot, name, tx.now])
            tx.record("pack.used", name, slot=entry.slot, before=before)
        return before

    def _installable(self, name: str, leave: Leave) -> Entry:
        """The entry, if it may be installed now; raises before a byte is fetched."""
        entry = self.catalogue.entry(name)
        if entry.origin is not Origin.DOWNLOAD:
            raise PackRefused(f"{name} comes with the program; there is nothing to install.")
        if self._rows("SELECT 1 FROM pack_install WHERE pack = ?", name) and (self._folder / name).exists():
            self.check(name)
            raise PackRefused(f"{name} is installed already, and whole.")
        self._accepted(entry, leave)
        unpinned = [source.file for source in entry.sources if self._expected(entry, source) is None]
        if unpinned:
            what = f"Nobody has read the SHA-256 of {unpinned[0]}, so it can be installed only by pinning what arrives (--pin)."
            leave.administrator(what)
            if not leave.pin:
                raise PackRefused(what)
        return entry

    def _accepted(self, entry: Entry, leave: Leave) -> None:
        """Refuse a pack that is not free for commerce until an administrator has accepted its licence in writing."""
        if entry.commercial or self._rows("SELECT 1 FROM pack_acceptance WHERE pack = ?", entry.name):
            return
        what = (
            f"{entry.name} is under the licence “{entry.licence}”, which forbids commercial use: it stays refused until accepted."
        )
        account = leave.administrator(what)
        words = (leave.words or "").strip()
        if len(words) < SHORTEST_ACCEPTANCE or entry.name not in words:
            raise PackRefused(
                f"{what} Say in your own words (--accept TEXT, naming {entry.name}) what it will be used for, and that you may."
            )
        with self._database.write(account.id) as tx:
            values = [entry.name, entry.licence, words, account.id, tx.now]
            tx.execute("INSERT INTO pack_acceptance VALUES (?, ?, ?, ?, ?)", values)
            tx.record("pack.accepted", entry.name, licence=entry.licence, words=words)

    def _expected(self, entry: Entry, source: SourceFile) -> str | None:
        """The hash a file must have: the catalogue's, or the one that was pinned here."""
        if source.sha256 is not None:
            return source.sha256
        pinned = self._rows("SELECT sha256 FROM pack_pin WHERE pack = ? AND file = ?", entry.name, source.file)
        return str(pinned[0]["sha256"]) if pinned else None

    def _install(self, entry: Entry, gathered: Mapping[str, Gathered], leave: Leave, how: str) -> Pack:
        """Convert into a folder beside, check it as a whole, give it its name, then write the rows."""
        self._folder.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{entry.name}-", dir=self._folder))
        place = self._folder / entry.name
        try:
            build(staged, entry, gathered)
            fresh = open_pack(staged)
            settle_folder(staged, place)
            if open_pack(place).sha256 != fresh.sha256:
                raise PackRefused(f"The folder {place} was not made by this studio; move it away and try again.")
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        pack = open_pack(place)
        with self._database.write(leave.actor) as tx:
            self._pin(tx, entry, gathered)
            tx.execute("INSERT OR REPLACE INTO pack_install VALUES (?, ?, ?)", [entry.name, pack.sha256, tx.now])
            tx.record("pack.installed", entry.name, how=how, sha256=pack.sha256, licence=entry.licence, revision=entry.revision)
        return pack

    def _pin(self, tx: Transaction, entry: Entry, gathered: Mapping[str, Gathered]) -> None:
        for source in entry.sources:
            if self._expected(entry, source) is None:
                one = gathered[source.file]
                size = one.path.stat().st_size
                tx.execute(
                    "INSERT INTO pack_pin VALUES (?, ?, ?, ?, ?, ?)",
                    [entry.name, source.file, one.sha256, size, tx.actor, tx.now],
                )
                tx.record("pack.pinned", entry.name, file=source.file, sha256=one.sha256, bytes=size, url=source.url)

    def _rows(self, sql: str, *values: str) -> list[Row]:
        return self._database.rows(sql, values)


def in_use(database: Database, slot: str) -> str | None:
    """The pack chosen to answer this question, None where nobody chose and the program's own answers."""
    rows = database.rows("SELECT pack FROM pack_choice WHERE slot = ?", [slot])
    return str(rows[0]["pack"]) if rows else None


def installed(database: Database, folder: Path, name: str) -> Pack:
    """An installed pack, opened and compared with what was installed. Raises PackRefused."""
    rows = database.rows("SELECT sha256 FROM pack_install WHERE pack = ?", [name])
    if not rows:
        raise PackRefused(f"The pack {name} is not installed; run: twin-studio packs pull {name}")
    pack = open_pack(folder / name)
    if pack.name != name or pack.sha256 != rows[0]["sha256"]:
        raise PackRefused(f"The folder {folder / name} is not the pack that was installed; remove it and pull {name} again.")
    return pack


def build(staged: Path, entry: Entry, gathered: Mapping[str, Gathered]) -> None:
    """Write models, licence and manifest of an entry into an empty folder, and try each model. Raises PackRefused."""
    from moderation.faces.conversions import made
    from moderation.faces.probe import probe

    tasks: dict[str, dict[str, Any]] = {}
    for model in entry.models:
        content = made(model.made, [gathered[file].path.read_bytes() for file in model.sources])
        sha256 = hashlib.sha256(content).hexdigest()
        file = staged / f"{model.task}.onnx"
        write_file(file, content)
        probe(model.task, file, sha256, model.contract)
        sources = {name: gathered[name].sha256 for name in model.sources}
        tasks[model.task] = {"file": file.name, "sha256": sha256, "made": model.made, "sources": sources, **model.contract}
    licence = f"{entry.title}\n{entry.licence}\n{entry.note}\n".encode()
    write_file(staged / LICENCE, licence)
    manifest = {
        "manifest_version": 2,
        "model_id": entry.name,
        "display_name": entry.title,
        "license": LICENCE,
        "license_sha256": hashlib.sha256(licence).hexdigest(),
        "tasks": tasks,
    }
    if entry.detects is not None:
        manifest["detects"] = entry.detects
    write_file(staged / MANIFEST, manifest_bytes(manifest))


def try_out(pack: Pack, entry: Entry) -> None:
    """Raise PackRefused unless the studio can ask this pack its question."""
    if entry.answers is Task.FACES:
        from moderation.faces.reader import FaceReader

        FaceReader(pack, 1)
    else:
        from moderation.safeguards.packed import PackedManipulation

        PackedManipulation(pack, 1)


def _paired(entry: Entry, place: Path) -> dict[SourceFile, Path]:
    """Which given file stands for which of the entry's: by name in a folder, alone by itself. Raises PackRefused."""
    if place.is_file() and len(entry.sources) == 1:
        return {entry.sources[0]: place}
    if not place.is_dir():
        needed = ", ".join(source.file for source in entry.sources)
        raise PackRefused(f"{place} is not a folder that holds {needed}.")
    present = {path.name for path in place.iterdir()}
    known = {source.file for source in entry.sources}
    if missing := sorted(known - present):
        raise PackRefused(f"The folder {place} lacks {missing[0]}.")
    if foreign := sorted(present - known):
        raise PackRefused(f"The folder {place} holds a file that does not belong to {entry.name}: {foreign[0]}.")
    if links := sorted(name for name in known if not (place / name).is_file()):
        raise PackRefused(f"{place / links[0]} is no file.")
    return {source: place / source.file for source in entry.sources}
