"""Keys at the border of a test: one for each twin, which may be lost or destroyed."""

from moderation.errors import Erased, KeyUnusable
from moderation.keys.keyring import Key


class Keys:
    """A key a twin, derived from her id."""

    def __init__(self) -> None:
        self.lost: set[str] = set()
        self.erased: set[str] = set()

    def to_seal_twin(self, twin_id: str) -> Key:
        """Never lost: it is the opening that fails."""
        return Key(twin_id.encode().ljust(32, b"-"))

    def to_open_twin(self, twin_id: str) -> Key:
        """Raises KeyUnusable, Erased."""
        if twin_id in self.lost:
            raise KeyUnusable("The key is missing.")
        if twin_id in self.erased:
            raise Erased("She had herself erased.")
        return self.to_seal_twin(twin_id)
