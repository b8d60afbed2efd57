"""A pack: a folder of face models with a manifest that names every file by its hash, checked before anything is loaded."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moderation.errors import PackRefused

MANIFEST = "manifest.json"
LICENCE = "MODEL.LICENSE"
DETECTION, LANDMARKS, RECOGNITION = "mmod_detection", "landmarks_5", "recognition"
"""Tasks of a pack; `recognition` is insightface's word, the other two are contracts of our own."""
MANIPULATION = "manipulation"
DEFAULT = "cc0"
"""The folder of the pack that the studio converts by itself."""
SCRFD = "detection"
"""insightface's word for a detector that answers as SCRFD does."""


@dataclass(frozen=True)
class PackFile:
    """One model of a pack."""

    path: Path
    sha256: str
    contract: Mapping[str, Any] = field(default_factory=dict)
    """What the manifest says of it."""


@dataclass(frozen=True)
class Pack:
    """A checked pack; `sha256` is that of its manifest and so stands for every file in it."""

    folder: Path
    name: str
    sha256: str
    files: Mapping[str, PackFile]

    def file(self, task: str) -> PackFile:
        """The model for a task; raises PackRefused when the pack has none."""
        if task not in self.files:
            raise PackRefused(f"The pack {self.name} has no model for {task}.")
        return self.files[task]


def open_pack(folder: Path) -> Pack:
    """Check manifest, presence, hashes and the absence of anything else; raises PackRefused with the first reason found."""
    if not folder.is_dir():
        raise PackRefused(f"There is no pack at {folder}.")
    try:
        content = (folder / MANIFEST).read_bytes()
        manifest = json.loads(content)
        name, tasks = str(manifest["model_id"]), dict(manifest["tasks"])
        place = folder.absolute()
        files = {task: PackFile(place / str(told["file"]), str(told["sha256"]), dict(told)) for task, told in tasks.items()}
    except FileNotFoundError as error:
        raise PackRefused(f"The pack at {folder} has no {MANIFEST}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PackRefused(f"The {MANIFEST} of the pack at {folder} cannot be read.") from error
    if manifest.get("manifest_version") != 2:
        raise PackRefused(f"The pack {name} has a manifest of another version than 2.")
    if any(file.path.parent != folder.absolute() for file in files.values()):
        raise PackRefused(f"The pack {name} names a file outside its folder.")
    files_and_licence = [*files.values(), PackFile(folder / LICENCE, str(manifest.get("license_sha256")))]
    _no_other_file(folder, name, {MANIFEST, *(file.path.name for file in files_and_licence)})
    for file in files_and_licence:
        if not file.path.is_file() or hashlib.sha256(file.path.read_bytes()).hexdigest() != file.sha256:
            raise PackRefused(f"The file {file.path.name} of the pack {name} was altered; remove the folder {folder}.")
    return Pack(folder.absolute(), name, hashlib.sha256(content).hexdigest(), files)


def _no_other_file(folder: Path, name: str, known: set[str]) -> None:
    present = {path.name for path in folder.iterdir()}
    if missing := sorted(known - present):
        raise PackRefused(f"The pack {name} lacks the file {missing[0]}; remove the folder {folder}.")
    if foreign := sorted(present - known):
        raise PackRefused(f"The pack {name} holds a file that does not belong to it: {foreign[0]}.")


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """A manifest as it is written: sorted, so that equal packs have equal hashes."""
    return json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n"
