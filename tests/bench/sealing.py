"""What sealing costs: an image's three files kept and read back, beside the same files in the clear on the same disk."""

import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np

from moderation.keys.keyring import Keyring
from moderation.keys.person_keys import PersonKeys
from moderation.vault.vault import Shelf, Vault
from tests.bench.measure import Measurement, compare, seconds
from tests.moderation.sealed_scene import SealedScene

SIZES = {Shelf.ORIGINAL: 1_100_000, Shelf.NEGATIVE: 6_500_000, Shelf.PREVIEW: 45_000}
"""Bytes of an Atelier image of 896 × 1152 pixels: sealed file, negative, preview."""
ROUNDS = 15


def run(_: Path | None) -> Measurement:
    """Keep and read an image's files, durably and by hash, sealed and in the clear in turns; reading a preview apart."""
    with tempfile.TemporaryDirectory() as folder:
        scene = SealedScene(Path(folder) / "home")
        scene.order("image")
        vault = Vault(scene.home, PersonKeys(scene.database, Keyring(scene.home / "keys" / "persons")))
        chance = np.random.default_rng(5)
        content = {shelf: chance.bytes(size) for shelf, size in SIZES.items()}
        hashes = {shelf: hashlib.sha256(one).hexdigest() for shelf, one in content.items()}
        clear = Path(folder) / "clear"
        clear.mkdir()

        def sealed() -> None:
            for shelf, one in content.items():
                vault.keep(shelf, "image", one)
                assert vault.read(shelf, "image", hashes[shelf]) == one

        def plain() -> None:
            for shelf, one in content.items():
                _keep(clear / shelf.name, one)
                assert _read(clear / shelf.name, hashes[shelf]) == one

        sealed()
        plain()
        looks = [seconds(lambda: vault.read(Shelf.PREVIEW, "image", hashes[Shelf.PREVIEW])) for _ in range(200)]
        plainly = [seconds(lambda: _read(clear / Shelf.PREVIEW.name, hashes[Shelf.PREVIEW])) for _ in range(200)]
        figures = {
            "preview_read_ms": round(1000 * float(np.median(looks)), 3),
            "preview_read_in_clear_ms": round(1000 * float(np.median(plainly)), 3),
            "megabytes": round(sum(SIZES.values()) / 1e6, 2),
            "load": os.getloadavg()[0],
        }
        ran = "an image's original, negative and preview kept on the disk and read back by hash, sealed"
        return compare("sealing", ran, sealed, "the same in the clear", plain, n=ROUNDS, figures=figures)


def _keep(target: Path, content: bytes) -> None:
    """As the vault keeps a file, unsealed: temporary, fsync, rename, fsync of the folder."""
    part = target.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(target: Path, sha256: str) -> bytes:
    content = target.read_bytes()
    assert hashlib.sha256(content).hexdigest() == sha256
    return content
