"""The keys of a home in one file that a passphrase opens; a backup holds none of them."""

import io
import secrets
import tarfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from moderation.errors import BackupRefused, KeyUnusable
from moderation.vault.private import put_private

MARK = b"twin-studio keys 1\n"
SALT, NONCE = 16, 12
PASSPHRASE = 15
"""Characters at least: the file is all that stands between a thief and every sealed picture."""
NOT_KEYS = ("tombstones.jsonl", "last-head.json")
"""What lies beside the keys and has to be as new as can be, not as old as a backup."""
WRONG = "The passphrase does not open this file of keys, or the file was altered."


def export_keys(folder: Path, passphrase: str, place: Path) -> int:
    """Write every key under `folder` into the file `place` (0600), sealed with the passphrase; how many.

    Argon2id with RFC 9106's second recommended choice (64 MiB, 3 passes, 4 lanes), then AES-256-GCM. Raises BackupRefused for a
    passphrase of under PASSPHRASE characters or a file that is there already, KeyUnusable when a key cannot be read.
    """
    if len(passphrase) < PASSPHRASE:
        raise BackupRefused(f"A passphrase for keys has {PASSPHRASE} characters or more.")
    if place.exists():
        raise BackupRefused(f"{place} is there already; choose another name.")
    content = io.BytesIO()
    try:
        keys = sorted(file for file in folder.rglob("*") if file.is_file() and _is_key(file))
        with tarfile.open(fileobj=content, mode="w") as archive:
            for file in keys:
                archive.add(file, str(file.relative_to(folder)), recursive=False)
        salt, nonce = secrets.token_bytes(SALT), secrets.token_bytes(NONCE)
        sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, content.getvalue(), MARK)
        put_private(place, MARK + salt + nonce + sealed)
    except OSError as error:
        raise KeyUnusable(f"The keys cannot be exported to {place}: {error.strerror or error}.") from error
    return len(keys)


def import_keys(file: Path, passphrase: str, folder: Path) -> int:
    """Put the keys of an exported file into an empty `folder`; how many. Raises BackupRefused, KeyUnusable."""
    try:
        sealed = file.read_bytes()
        if not sealed.startswith(MARK):
            raise BackupRefused(f"{file} is no file of exported keys.")
        salt, nonce, rest = _cut(sealed[len(MARK) :])
        opened = AESGCM(_key(passphrase, salt)).decrypt(nonce, rest, MARK)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(opened)) as archive:
            keys = [member for member in archive if member.isfile() and _is_key(Path(member.name))]
            for member in keys:
                extracted = archive.extractfile(member)
                target = (folder / member.name).resolve()
                if extracted is None or not target.is_relative_to(folder.resolve()):
                    raise BackupRefused(WRONG)
                put_private(target, extracted.read())
    except (InvalidTag, ValueError, tarfile.TarError) as error:
        raise BackupRefused(WRONG) from error
    except OSError as error:
        raise KeyUnusable(f"The keys in {file} cannot be read: {error.strerror or error}.") from error
    return len(keys)


def _is_key(file: Path) -> bool:
    return file.name not in NOT_KEYS and not file.name.startswith(".")


def _cut(sealed: bytes) -> tuple[bytes, bytes, bytes]:
    return sealed[:SALT], sealed[SALT : SALT + NONCE], sealed[SALT + NONCE :]


def _key(passphrase: str, salt: bytes) -> bytes:
    return Argon2id(salt=salt, length=32, iterations=3, lanes=4, memory_cost=64 * 1024).derive(passphrase.encode())
