"""Which marked pictures an account may look at: the preview of a sealed image, or its progress while it is painted."""

from moderation.access.account import Account
from moderation.database import Database
from moderation.desk.decisions import not_found
from moderation.desk.insight import Insight
from moderation.desk.signoff import State
from moderation.errors import Gone
from moderation.vault.vault import Shelf, Vault


class Viewing:
    """JPEG bytes, marked "AI-generated", each time asked anew; NotFound for whatever this account may not see."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._insight = Insight(database)
        self._vault = vault

    def preview(self, account: Account, render_id: str) -> bytes:
        """The preview she decides on; also Gone when nobody can see it any more, SealBroken for another file."""
        card = self._insight.card(account, render_id)
        if card.gone:
            raise Gone(card.gone)
        if not card.picture or card.preview_sha256 is None:
            raise not_found()
        return self._vault.read(Shelf.PREVIEW, render_id, card.preview_sha256)

    def progress(self, account: Account, render_id: str) -> bytes:
        """The unfinished picture, while there is one."""
        card = self._insight.card(account, render_id)
        if not card.picture or card.state != State.PAINTING:
            raise not_found()
        return self._vault.read(Shelf.PROGRESS, render_id)
