"""Keys and signatures as browsers write them, and what is none."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from moderation.errors import SignatureRefused
from moderation.keys.p256 import canonical_key, fingerprint_of, insist_signed
from tests.moderation.her_hand import private_key, public_key, sign

KEY = private_key("nora")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def test_a_key_is_named_by_one_fingerprint_however_its_point_is_written() -> None:
    point = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    compressed = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + point
    assert canonical_key(compressed) == public_key(KEY)
    assert fingerprint_of(compressed) == hashlib.sha256(public_key(KEY)).hexdigest()


def test_a_signature_of_r_and_s_is_verified_over_exactly_its_statement() -> None:
    signature = sign(KEY, b"yes")
    insist_signed(public_key(KEY), b"yes", signature)
    flipped = bytes([signature[0] ^ 1]) + signature[1:]
    for key, statement, wrong in (
        (KEY, b"no", signature),
        (private_key("mei"), b"yes", signature),
        (KEY, b"yes", flipped),
        (KEY, b"yes", signature[:-1]),
        (KEY, b"yes", bytes(64)),
        (KEY, b"yes", ORDER.to_bytes(32) * 2),
        (KEY, b"yes", b""),
    ):
        with pytest.raises(SignatureRefused):
            insist_signed(public_key(key), statement, wrong)


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"x" * 91,
        b"0" * 100_000,
        public_key(KEY)[:-1],
        public_key(KEY)[:-64] + bytes(64),
        generate_private_key(SECP384R1()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ],
    ids=["empty", "noise", "long", "cut", "no point of the curve", "P-384", "Ed25519"],
)
def test_what_is_no_key_on_the_curve_is_refused(key: bytes) -> None:
    with pytest.raises(SignatureRefused):
        fingerprint_of(key)
