"""A person's key opens what was sealed for her and for that purpose, until it is destroyed."""

from pathlib import Path

import pytest

from moderation.errors import KeyUnusable
from moderation.keys.keyring import Key, Keyring


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "keys" / "protected")


def test_what_was_sealed_opens_with_the_key_as_it_lies_on_the_disk(ring: Keyring) -> None:
    sealed = ring.make("ann").seal(b"Ann Example", "name of ann")
    assert b"Ann" not in sealed
    assert ring.key("ann").open(sealed, "name of ann") == b"Ann Example"


def test_equal_texts_are_sealed_unlike(ring: Keyring) -> None:
    key = ring.make("ann")
    assert key.seal(b"same", "name") != key.seal(b"same", "name")


def test_nothing_opens_with_another_key_for_another_purpose_or_altered(ring: Keyring) -> None:
    ann, bob = ring.make("ann"), ring.make("bob")
    sealed = ann.seal(b"Ann Example", "name of ann")
    altered = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for key, text, purpose in (
        (bob, sealed, "name of ann"),
        (ann, sealed, "name of bob"),
        (ann, altered, "name of ann"),
        (ann, b"", "name of ann"),
    ):
        with pytest.raises(KeyUnusable):
            key.open(text, purpose)


def test_keys_are_their_owners_alone(ring: Keyring, tmp_path: Path) -> None:
    ring.make("ann")
    file = tmp_path / "keys" / "protected" / "ann.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    file.chmod(0o644)
    with pytest.raises(KeyUnusable, match="open to others"):
        ring.key("ann")


def test_a_destroyed_key_is_gone_from_its_place_and_its_bytes_overwritten(ring: Keyring, tmp_path: Path) -> None:
    ring.make("ann")
    file = tmp_path / "keys" / "protected" / "ann.key"
    other_name = tmp_path / "the same file"
    other_name.hardlink_to(file)
    ring.destroy("ann")
    ring.destroy("ann")
    assert not file.exists()
    assert other_name.read_bytes() == bytes(32)
    with pytest.raises(KeyUnusable, match="cannot be read"):
        ring.key("ann")


def test_a_key_is_never_written_over(ring: Keyring) -> None:
    ring.make("ann")
    with pytest.raises(KeyUnusable, match="cannot be kept"):
        ring.make("ann")


def test_the_keys_of_nobody_are_swept(ring: Keyring) -> None:
    ring.make("ann"), ring.make("bob")
    ring.sweep({"bob"})
    ring.key("bob")
    with pytest.raises(KeyUnusable):
        ring.key("ann")


def test_a_file_that_is_no_key_is_refused(ring: Keyring, tmp_path: Path) -> None:
    ring.make("ann")
    (tmp_path / "keys" / "protected" / "ann.key").write_bytes(b"short")
    with pytest.raises(KeyUnusable, match="is no key"):
        ring.key("ann")
    with pytest.raises(ValueError, match="32 bytes"):
        Key(b"")
