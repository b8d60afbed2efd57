"""The fetched painters of one home: pulled or imported, verified, pinned and accepted; every step leaves an audit row."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from twin.engines.catalogue import Catalogue, Entry
from twin.engines.hub import Hub, Listing, Progress
from twin.errors import PainterRefused, PainterUnavailable
from twin.plates.reference import sha256_of
from twin.ports import Row, Store, Transaction

CONSOLE = "console"
INDEX = "model_index.json"
SHORTEST_ACCEPTANCE = 40
"""Letters that an acceptance has at least: a sentence, not a nod."""


@dataclass(frozen=True)
class Leave:
    """In whose name weights are installed, and what that person says: that what arrives is pinned, that a licence is accepted."""

    actor: str = CONSOLE
    administrator: bool = False
    pin: bool = False
    words: str | None = None

    def demand(self, what: str) -> None:
        """Raises PainterRefused unless an administrator acts."""
        if not self.administrator:
            raise PainterRefused(f"{what} Only an administrator may do that, named with --as LOGIN.")


@dataclass(frozen=True)
class Gathered:
    """Files of one painter in a folder of this machine: bytes read and hash by name."""

    folder: Path
    hashes: Mapping[str, str]
    revision: str | None


class Installs:
    """Weights under `folder`, as a catalogue tells of them."""

    def __init__(self, store: Store, folder: Path, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._store, self._folder = store, folder

    def place(self, name: str) -> Path:
        """Where a painter's weights lie once they are installed."""
        return self._folder / name

    def offer(self, name: str, hub: Hub) -> tuple[Entry, Listing]:
        """What would be fetched, file by file. Raises PainterRefused, also for a painter that nobody can install."""
        entry = self._installable(name)
        assert entry.repository is not None
        told = hub.listing(entry.repository, self._revision(entry))
        needed = {file: size for file, size in told.files.items() if entry.source_of(file)}
        self._complete(entry, needed)
        return entry, Listing(told.commit, needed)

    def pull(self, name: str, offered: Listing, leave: Leave, hub: Hub, progress: Progress) -> str:
        """Fetch, verify and install what was offered; one hash over all files. Raises PainterRefused.

        What arrived stays until the next pull takes it up; a file that is not the one expected is thrown away.
        """
        entry = self._allowed(name, leave)
        assert entry.repository is not None
        self._room(sum(size or 0 for size in offered.files.values()))
        kept = self._folder / f".{name}.fetched"
        kept.mkdir(parents=True, exist_ok=True)
        hashes = {}
        for file, size in offered.files.items():
            here = hub.fetch(entry.repository, offered.commit, file, kept, progress)
            hashes[file] = self._proven(entry, file, here, size, leave)
        whole = self._install(entry, Gathered(kept, hashes, offered.commit), leave, "pull")
        shutil.rmtree(kept, ignore_errors=True)
        return whole

    def bring(self, name: str, place: Path, leave: Leave) -> str:
        """Install from a folder of this machine by the same checks; what the painter does not need is left there.

        Raises PainterRefused.
        """
        entry = self._allowed(name, leave)
        if not place.is_dir():
            raise PainterRefused(f"{place} is no folder.")
        there = {path.relative_to(place).as_posix(): path for path in sorted(place.rglob("*")) if path.is_file()}
        needed = {file: path for file, path in there.items() if entry.source_of(file)}
        self._complete(entry, needed)
        self._room(sum(path.stat().st_size for path in needed.values()))
        kept = self._folder / f".{name}.brought"
        shutil.rmtree(kept, ignore_errors=True)
        try:
            hashes = {}
            for file, path in needed.items():
                copy = kept / file
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
                hashes[file] = self._proven(entry, file, copy, None, leave)
            return self._install(entry, Gathered(kept, hashes, None), leave, "import")
        finally:
            shutil.rmtree(kept, ignore_errors=True)

    def check(self, name: str) -> str:
        """One sentence on installed weights whose every file is as it was installed. Raises PainterRefused, naming the first."""
        entry = self.catalogue.entry(name)
        if not entry.fetched:
            return f"{name} comes with the program."
        row = self.installed(name)
        if row is None:
            raise PainterRefused(f"The weights of {name} are not installed; run: twin-studio painters pull {name}")
        self._compare(name, json.loads(row["files"]))
        return f"{name} is whole, {row['sha256'][:12]}…"

    def whole(self, name: str) -> None:
        """Raises PainterUnavailable unless every file is as it was installed; it reads them all."""
        try:
            self.check(name)
        except PainterRefused as refusal:
            raise PainterUnavailable(str(refusal)) from refusal

    def installed(self, name: str) -> Row | None:
        """What is installed: revision, files and one hash; None where nothing is."""
        rows = self._store.rows("SELECT * FROM painter_install WHERE painter = ?", [name])
        return rows[0] if rows and (self.place(name) / INDEX).is_file() else None

    def accepted(self, entry: Entry) -> bool:
        """Whether its licence lets it paint here: free for commerce, or accepted by an administrator in writing."""
        sql = "SELECT 1 FROM painter_acceptance WHERE painter = ? AND licence = ?"
        return entry.card.commercial or bool(self._store.rows(sql, [entry.card.name, entry.card.licence]))

    def standing(self, entry: Entry) -> str:
        """In a few words: built in, installed, not installed, refused, or not yet built in."""
        if not entry.built_in:
            return "not yet built in"
        if not entry.fetched:
            return "built in"
        if not self.accepted(entry):
            return "refused"
        return "installed" if self.installed(entry.card.name) else "not installed"

    def _installable(self, name: str) -> Entry:
        entry = self.catalogue.entry(name)
        if not entry.built_in:
            raise PainterRefused(f"{entry.card.title} is not yet built in; its weights would be of no use.")
        if not entry.fetched:
            raise PainterRefused(f"{name} comes with the program; there is nothing to install.")
        return entry

    def _allowed(self, name: str, leave: Leave) -> Entry:
        """The entry, if it may be installed now; raises before a byte is fetched."""
        entry = self._installable(name)
        if self.installed(name):
            raise PainterRefused(f"{name} is installed already; to verify it: twin-studio painters check {name}")
        self._accept(entry, leave)
        pinned = self._store.rows("SELECT 1 FROM painter_pin WHERE painter = ?", [name])
        if entry.unread and not pinned:
            what = (
                f"Nobody has read the SHA-256 of {entry.unread[0]}, so it can be installed only by pinning what arrives (--pin)."
            )
            leave.demand(what)
            if not leave.pin:
                raise PainterRefused(what)
        return entry

    def _accept(self, entry: Entry, leave: Leave) -> None:
        """Refuse a painter that is not free for commerce until an administrator has accepted its licence in writing."""
        if self.accepted(entry):
            return
        name = entry.card.name
        what = (
            f"{name} is under the licence “{entry.card.licence}”, which forbids commercial use or was not read:"
            " it stays refused until accepted."
        )
        leave.demand(what)
        words = (leave.words or "").strip()
        if len(words) < SHORTEST_ACCEPTANCE or name not in words:
            raise PainterRefused(
                f"{what} Say in your own words (--accept TEXT, naming {name}) what it will be used for, and that you may."
            )
        with self._store.write(leave.actor) as tx:
            tx.execute(
                "INSERT INTO painter_acceptance VALUES (?, ?, ?, ?, ?)", [name, entry.card.licence, words, leave.actor, tx.now]
            )
            tx.record("painter.accepted", name, licence=entry.card.licence, words=words)

    def _pin(self, name: str, file: str) -> str | None:
        rows = self._store.rows("SELECT sha256 FROM painter_pin WHERE painter = ? AND file = ?", [name, file])
        return str(rows[0]["sha256"]) if rows else None

    def _revision(self, entry: Entry) -> str | None:
        rows = self._store.rows("SELECT revision FROM painter_install WHERE painter = ?", [entry.card.name])
        return entry.revision or (rows[0]["revision"] if rows else None)

    def _proven(self, entry: Entry, file: str, here: Path, size: int | None, leave: Leave) -> str:
        """The hash of a file that is as long and of the hash that it must be; else it is thrown away and refused."""
        source = entry.source_of(file)
        assert source is not None
        sha256, length = sha256_of(here), here.stat().st_size
        expected = source.sha256 or self._pin(entry.card.name, file)
        wanted = source.bytes or size
        if expected is None and not (leave.administrator and leave.pin):
            raise PainterRefused(f"Nobody has read the SHA-256 of {file}; an administrator pins what arrives with --pin.")
        if expected is not None and sha256 != expected:
            here.unlink()
            raise PainterRefused(f"{file} is not the file that was expected (its SHA-256 is {sha256}); it was thrown away.")
        if wanted is not None and length != wanted:
            here.unlink()
            raise PainterRefused(f"{file} has {length} bytes where {wanted} were expected; it was thrown away.")
        return sha256

    def _complete(self, entry: Entry, files: Mapping[str, object]) -> None:
        for source in entry.files:
            optional = "*" in source.file and not source.file.endswith(".safetensors")
            if not optional and not any(source.names(file) for file in files):
                raise PainterRefused(f"There is no {source.file} for {entry.card.name}; these are not its weights.")

    def _room(self, size: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(self._folder).free
        if size > free:
            raise PainterRefused(f"The weights take {size / 1e9:.1f} GB, and the disk has {free / 1e9:.1f} GB free.")

    def _install(self, entry: Entry, gathered: Gathered, leave: Leave, how: str) -> str:
        """Look at what it says of itself, give the folder its name, then write the rows."""
        name, place = entry.card.name, self.place(entry.card.name)
        if _pipeline_in(gathered.folder / INDEX) != entry.pipeline:
            raise PainterRefused(f"These are not the weights of {name}: their {INDEX} does not name {entry.pipeline}.")
        staged = self._folder / f".{name}.whole"
        shutil.rmtree(staged, ignore_errors=True)
        for file in gathered.hashes:
            (staged / file).parent.mkdir(parents=True, exist_ok=True)
            with (gathered.folder / file).open("rb") as written:
                os.fsync(written.fileno())
            (gathered.folder / file).rename(staged / file)
        shutil.rmtree(place, ignore_errors=True)
        staged.rename(place)
        _settle(self._folder)
        whole = whole_sha256(gathered.hashes)
        with self._store.write(leave.actor) as tx:
            self._write_pins(tx, entry, gathered)
            listed = json.dumps(dict(gathered.hashes), sort_keys=True)
            values = [name, gathered.revision, listed, whole, tx.now]
            tx.execute("INSERT OR REPLACE INTO painter_install VALUES (?, ?, ?, ?, ?)", values)
            facts = {"how": how, "sha256": whole, "licence": entry.card.licence, "revision": gathered.revision}
            tx.record("painter.installed", name, **facts)
        return whole

    def _write_pins(self, tx: Transaction, entry: Entry, gathered: Gathered) -> None:
        for file, sha256 in gathered.hashes.items():
            source = entry.source_of(file)
            if source is not None and source.sha256 is None and self._pin(entry.card.name, file) is None:
                size = (self.place(entry.card.name) / file).stat().st_size
                tx.execute(
                    "INSERT INTO painter_pin VALUES (?, ?, ?, ?, ?, ?)", [entry.card.name, file, sha256, size, tx.actor, tx.now]
                )
                tx.record("painter.pinned", entry.card.name, file=file, sha256=sha256, bytes=size)

    def _compare(self, name: str, files: Mapping[str, str]) -> None:
        place = self.place(name)
        present = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
        if foreign := sorted(present - set(files)):
            raise PainterRefused(f"{foreign[0]} was not installed with {name}; remove it.")
        for file, sha256 in sorted(files.items()):
            if file not in present or sha256_of(place / file) != sha256:
                raise PainterRefused(f"{file} of {name} is missing or altered; remove {place} and pull {name} again.")


def _pipeline_in(index: Path) -> object:
    """The class that saved weights name; None where they name none."""
    try:
        told = json.loads(index.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return told.get("_class_name") if isinstance(told, dict) else None


def _settle(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def whole_sha256(hashes: Mapping[str, str]) -> str:
    """One hash over the names and hashes of all files."""
    return hashlib.sha256("".join(f"{file} {sha256}\n" for file, sha256 in sorted(hashes.items())).encode()).hexdigest()
