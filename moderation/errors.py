"""What the moderation domain refuses, each as a fact a person can act on."""


class ModerationError(Exception):
    """A refusal by the moderation domain; its message is one sentence for a person."""


class NotFound(ModerationError):
    """No such row, or none that this account may know of."""


class Gone(NotFound):
    """It was here and was removed for good; the message says why."""


class Missing(NotFound):
    """A file is not where it was kept, though its row is there."""


class Erased(Gone):
    """The person whose it was had herself erased."""


class AlreadyDecided(ModerationError):
    """Somebody else moved the image first."""


class IllegalMove(ModerationError):
    """The image's state does not permit the move."""


class RightsLapsed(ModerationError):
    """Consent or licence does not cover this moment."""


class NotYours(ModerationError):
    """The account may not do this, whoever asks."""


class AccountRefused(ModerationError):
    """An account that cannot exist as asked, or whose password is not accepted."""


class TooManyAttempts(ModerationError):
    """The login or the address has used up its attempts for now."""


class SessionKeyUnsafe(ModerationError):
    """The key that signs session cookies is missing, empty or readable by others."""


class ClaimHeld(ModerationError):
    """Another reviewer holds the claim."""


class BadImage(ModerationError):
    """The bytes are not an image the studio reads."""


class SealBroken(ModerationError):
    """The bytes at rest are not the bytes that were sealed."""


class VaultFull(ModerationError):
    """The disk has no room for another picture."""


class ReasonMissing(ModerationError):
    """A decision lacks the reason or the note that it needs."""


class LedgerUnbalanced(ModerationError):
    """Lines of money that do not add up, or a fee that cannot be."""


class Unexaminable(ModerationError):
    """A safeguard cannot answer, so a person must."""


class PackRefused(ModerationError):
    """A pack of face weights is foreign, incomplete or altered."""


class DatabaseUnusable(ModerationError):
    """The database cannot be opened safely."""


class AuditBroken(ModerationError):
    """The audit chain does not verify."""


class BadRequest(ModerationError):
    """Something was asked for with words or values that cannot be."""


class KeyUnusable(ModerationError):
    """A key at rest is missing, altered, open to others, or does not open what it should."""


class SignatureRefused(ModerationError):
    """Her signature is missing, not hers, not over what is being decided, too old, or used before."""


class ReadOnly(ModerationError):
    """A restored studio waits for an administrator's confirmation and changes nothing before."""


class TombstonesBroken(ModerationError):
    """The file of what was taken back and erased is missing, cut, altered, or of another studio."""


class HeadRefused(ModerationError):
    """What was given as a signed head of the audit chain is none."""


class BackupRefused(ModerationError):
    """A backup that cannot be made, or an archive that cannot be restored as it is."""
