"""Keys of single people, each in a file of its own outside database and vault, so that destroying one erases what it opens."""

import os
import re
import secrets
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from moderation.errors import KeyUnusable

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
NONCE = 12
"""Bytes in front of each sealed text; 96 random bits are what AES-GCM is made for (NIST SP 800-38D)."""


class Keyring:
    """A folder of 256-bit keys; the folder is its owner's alone, and so is every file in it."""

    def __init__(self, folder: Path) -> None:
        """Nothing is touched before the first key is made."""
        self._folder = folder

    def make(self, person_id: str) -> "Key":
        """A new key, whole on the disk before it is returned.

        Raises KeyUnusable when it cannot be kept, when there is one already, and for a folder that others may open.
        """
        content = AESGCM.generate_key(bit_length=256)
        draft = self._folder / f".{secrets.token_hex(8)}.part"
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._folder.mkdir(exist_ok=True, mode=0o700)
            self._refuse_open_folder()
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self._file(person_id).hardlink_to(draft)  # unlike a rename it never takes another key's place
        except OSError as error:
            raise KeyUnusable(f"A key cannot be kept in {self._folder}: {error.strerror or error}.") from error
        finally:
            with suppress(OSError):
                draft.unlink()
                self._settle()
        return Key(content)

    def has(self, person_id: str) -> bool:
        """Whether there is a file in the place of this person's key, whatever it holds."""
        return self._file(person_id).exists()

    def key(self, person_id: str) -> "Key":
        """The key of a person. Raises KeyUnusable when it is gone, altered, or it or its folder open to others on the machine."""
        file = self._file(person_id)
        try:
            self._refuse_open_folder()
            if file.stat().st_mode & 0o077:
                raise KeyUnusable(f"The key {file} is open to others on this machine; make it its owner's alone (chmod 600).")
            return Key(file.read_bytes())
        except OSError as error:
            raise KeyUnusable(f"The key {file} cannot be read: {error.strerror or error}.") from error
        except ValueError as error:
            raise KeyUnusable(f"The file {file} is no key.") from error

    def destroy(self, person_id: str) -> None:
        """Overwrite and remove a key; one that is gone already is well. Raises KeyUnusable when it cannot be removed."""
        file = self._file(person_id)
        try:
            with file.open("r+b") as opened:
                opened.write(bytes(file.stat().st_size))
                opened.flush()
                os.fsync(opened.fileno())
            file.unlink()
            self._settle()
        except FileNotFoundError:
            return
        except OSError as error:
            raise KeyUnusable(f"The key {file} cannot be destroyed: {error.strerror or error}.") from error

    def sweep(self, known: Collection[str]) -> None:
        """Destroy the keys of everybody who is not known any more. Raises KeyUnusable."""
        for file in self._folder.glob("*.key"):
            if file.stem not in known:
                self.destroy(file.stem)

    def _refuse_open_folder(self) -> None:
        if self._folder.stat().st_mode & 0o077:
            raise KeyUnusable(f"The folder {self._folder} is open to others; make it its owner's alone (chmod 700).")

    def _file(self, person_id: str) -> Path:
        if not _ID.fullmatch(person_id):
            raise KeyUnusable("Nobody has such an id.")
        return self._folder / f"{person_id}.key"

    def _settle(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class Key:
    """Seals and opens with AES-256-GCM, bound to what a text is for, so that no sealed text can stand in another's place."""

    def __init__(self, content: bytes) -> None:
        """Raises ValueError for what is no key of 256 bits."""
        if len(content) != 32:
            raise ValueError("A key has 32 bytes.")
        self._cipher = AESGCM(content)

    def seal(self, text: bytes, meant_for: str) -> bytes:
        """A random nonce, then the ciphertext with its tag."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, text, meant_for.encode())

    def open(self, sealed: bytes, meant_for: str) -> bytes:
        """The text. Raises KeyUnusable when it was sealed by another key, for something else, or altered."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], meant_for.encode())
        except (InvalidTag, ValueError) as error:
            raise KeyUnusable("What was sealed for one person does not open with that person's key.") from error
