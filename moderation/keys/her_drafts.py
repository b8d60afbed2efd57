"""Drafts of her consents as her page asks for them: whoever else tries to sign or decline one is refused, and it is on record."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from moderation.access.account import Account
from moderation.audit.attempts import watched
from moderation.database import Database
from moderation.errors import NotFound

W_co = TypeVar("W_co", covariant=True)
T = TypeVar("T")


class Kept(Protocol[W_co]):
    """Reads, signs and declines drafts; raises an error of `missing` for whoever may not."""

    def read(self, account: Any, draft_id: str, /) -> W_co: ...
    def waiting(self, account: Any, /) -> Sequence[W_co]: ...
    def facts(self, account: Any, draft_id: str, /) -> Mapping[str, Any]: ...
    def sign(self, account: Any, draft_id: str, seen_sha256: str, word: Any, /) -> str: ...
    def decline(self, account: Any, draft_id: str, /) -> object: ...


class HerDrafts(Generic[W_co]):
    """The drafts that `kept` knows; its other errors pass as they are."""

    def __init__(self, database: Database, kept: Kept[W_co], missing: tuple[type[Exception], ...]) -> None:
        """`missing` are the errors by which `kept` says that there is no such draft for this account."""
        self._database = database
        self._kept = kept
        self._missing = missing

    def read(self, account: Account, draft_id: str) -> W_co:
        """One draft that waits. Raises NotFound for others'."""
        return self._answered(lambda: self._kept.read(account, draft_id))

    def waiting(self, account: Account) -> Sequence[W_co]:
        """The drafts that wait for this person, or for people of this agency; the oldest first."""
        return self._kept.waiting(account)

    @watched("sign a consent")
    def facts(self, account: Account, draft_id: str) -> Mapping[str, Any]:
        """What her statement about a draft says. Raises NotFound for others'."""
        return self._answered(lambda: self._kept.facts(account, draft_id))

    @watched("sign a consent")
    def sign(self, account: Account, draft_id: str, seen_sha256: str, word: Any) -> str:
        """Sign a draft; the consent's id. Raises NotFound for others'."""
        return self._answered(lambda: self._kept.sign(account, draft_id, seen_sha256, word))

    @watched("decline a consent")
    def decline(self, account: Account, draft_id: str) -> None:
        """Say no to a draft. Raises NotFound for others'."""
        self._answered(lambda: self._kept.decline(account, draft_id))

    def _answered(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except self._missing as error:
            raise NotFound(str(error)) from error
