"""Keys of people on the curve P-256 as browsers make them: read, named by their fingerprint, and asked whether they signed."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from moderation.errors import SignatureRefused

SIGNATURE_BYTES = 64
"""WebCrypto writes an ECDSA signature as r and s, 32 bytes each, not as DER (W3C Web Cryptography, ECDSA)."""
LARGEST_KEY = 200


def canonical_key(spki: bytes) -> bytes:
    """A public key as SubjectPublicKeyInfo (DER, uncompressed point: 91 bytes), whatever valid form it came in.

    Raises SignatureRefused for what is no key on P-256.
    """
    return _read(spki).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def fingerprint_of(spki: bytes) -> str:
    """SHA-256 (hex) of the canonical public key: what consents, witnesses and proofs name a key by. Raises SignatureRefused."""
    return hashlib.sha256(canonical_key(spki)).hexdigest()


def insist_signed(spki: bytes, statement: bytes, signature: bytes) -> None:
    """Raises SignatureRefused unless `signature` (r and s, 64 bytes) over `statement` (ECDSA, SHA-256) is by this key."""
    key = _read(spki)
    if len(signature) != SIGNATURE_BYTES:
        raise SignatureRefused(f"A signature has {SIGNATURE_BYTES} bytes, this one has {len(signature)}.")
    r, s = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
    try:
        key.verify(encode_dss_signature(r, s), statement, ECDSA(SHA256()))
    except InvalidSignature as error:
        raise SignatureRefused("This signature was not made by her key over this statement.") from error


def _read(spki: bytes) -> EllipticCurvePublicKey:
    try:
        key = load_der_public_key(spki) if len(spki) <= LARGEST_KEY else None
    except Exception as error:
        # The library tells malformed keys by several kinds of exception, and a key that cannot be read is simply none.
        raise SignatureRefused("This is no public key.") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise SignatureRefused("Her key is one on the curve P-256, and this is another.")
    return key
