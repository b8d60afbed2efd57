"""What the twin domain refuses, each as a fact a person can act on."""


class TwinError(Exception):
    """A refusal by the twin domain; its message is one sentence for a person."""


class NotFound(TwinError):
    """No such row, or none that this account may know of."""


class BadValue(TwinError):
    """A value that cannot be built."""


class ConsentWithdrawn(TwinError):
    """The person has taken her consent back."""


class LicenceRefuses(TwinError):
    """The licence does not permit the request."""


class WordsRefused(TwinError):
    """The words ask for something that the consent forbids."""


class LookRefused(TwinError):
    """The look asks for something that this twin or this painter does not have."""


class AlreadyEnded(TwinError):
    """The draft was signed, declined, withdrawn or replaced before."""


class PainterUnavailable(TwinError):
    """The painter cannot run here."""


class LeaseLost(TwinError):
    """Another worker, a cancel or a revocation took the job away."""


class PainterRefused(TwinError):
    """The painter's weights cannot be installed as asked, or are not those that were installed."""


class OutOfMemory(TwinError):
    """The painter found no room for its work on this machine, in its smallest mode either."""


class EngineBroken(Exception):
    """The accelerator failed in a way that leaves this process unusable: the job is tried again in a new one."""
