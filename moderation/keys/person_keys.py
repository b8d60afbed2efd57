"""Whose key what is sealed with: one key a person, made with the first thing of hers and never again after it is gone."""

from collections.abc import Callable
from contextlib import suppress

from moderation.database import Database
from moderation.errors import Erased, KeyUnusable, NotFound
from moderation.keys.keyring import Key, Keyring
from moderation.vault.vault import OF_IMAGES, Shelf

ERASED = "She had herself erased: nothing that was kept of her can be opened any more."
_CLOSED = "The key to what is kept of this person is missing or unsafe; until an administrator mends that it stays closed."

_OF_AN_IMAGE = "SELECT t.person_id FROM render r JOIN twin t ON t.id = r.twin_id WHERE r.id = ?"
_OF_AN_OBJECT = "SELECT t.person_id FROM restricted_object o JOIN twin t ON t.id = o.twin_id WHERE o.id = ?"
_ANYTHING_SEALED = """
SELECT EXISTS (SELECT 1 FROM submission s JOIN render r ON r.id = s.render_id JOIN twin t ON t.id = r.twin_id
        WHERE t.person_id = :person)
    OR EXISTS (SELECT 1 FROM template m JOIN twin t ON t.id = m.twin_id WHERE t.person_id = :person)
    OR EXISTS (SELECT 1 FROM outline m JOIN twin t ON t.id = m.twin_id WHERE t.person_id = :person)
    OR EXISTS (SELECT 1 FROM restricted_object o JOIN twin t ON t.id = o.twin_id
        WHERE t.person_id = :person AND o.id <> :but AND o.destroyed_at IS NULL) AS sealed
"""


class PersonKeys:
    """The keys of the people in one home, by person, by shelf and by twin."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def opening(self, person_id: str) -> Key:
        """Her key. Raises Erased, and KeyUnusable when it is missing, altered or open to others."""
        self._refuse_erased(person_id)
        return self._closed_unless(lambda: self._keyring.key(person_id))

    def sealing(self, person_id: str, but: str = "") -> Key:
        """Her key, made if nothing of hers `but` a restricted object of this id was ever entered. Raises Erased, KeyUnusable.

        A key that is missing though it sealed something is not made anew: what it opens would be lost without a word.
        """
        self._refuse_erased(person_id)
        if not self._keyring.has(person_id):
            if self._database.rows(_ANYTHING_SEALED, {"person": person_id, "but": but})[0]["sealed"]:
                raise KeyUnusable(_CLOSED)
            with suppress(KeyUnusable):  # another process may have made it in between; whatever else is wrong shows below
                self._keyring.make(person_id)
        return self._closed_unless(lambda: self._keyring.key(person_id))

    def to_open(self, shelf: Shelf, name: str) -> Key:
        """The key of the person in a file of the vault. Raises NotFound for a thing of nobody, and what `opening` raises."""
        return self.opening(self.behind(shelf, name))

    def to_seal(self, shelf: Shelf, name: str) -> Key:
        """The same to seal with. Raises NotFound for a thing of nobody, and what `sealing` raises."""
        return self.sealing(self.behind(shelf, name), but=name)

    def to_open_twin(self, twin_id: str) -> Key:
        """The key of the person behind a twin. Raises NotFound, and what `opening` raises."""
        return self.opening(self._behind_twin(twin_id))

    def to_seal_twin(self, twin_id: str) -> Key:
        """The same to seal with. Raises NotFound, and what `sealing` raises."""
        return self.sealing(self._behind_twin(twin_id))

    def behind(self, shelf: Shelf, name: str) -> str:
        """The id of the person in a file of the vault. Raises NotFound."""
        rows = self._database.rows(_OF_AN_IMAGE if shelf in OF_IMAGES else _OF_AN_OBJECT, [name])
        if not rows:
            raise NotFound("There is no such image." if shelf in OF_IMAGES else "There is no such object.")
        return str(rows[0]["person_id"])

    def is_erased(self, person_id: str) -> bool:
        """Whether she had herself erased."""
        return bool(self._database.rows("SELECT 1 FROM erasure WHERE person_id = ?", [person_id]))

    def is_erased_twin(self, twin_id: str) -> bool:
        """Whether the person behind a twin had herself erased."""
        sql = "SELECT 1 FROM erasure e JOIN twin t ON t.person_id = e.person_id WHERE t.id = ?"
        return bool(self._database.rows(sql, [twin_id]))

    def still_here(self, twin_id: str) -> str:
        """The twin's id. Raises Erased when the person behind her had herself erased."""
        if self.is_erased_twin(twin_id):
            raise Erased(ERASED)
        return twin_id

    def destroy(self, person_id: str) -> None:
        """Destroy her key for good. Raises KeyUnusable when the file cannot be removed."""
        self._keyring.destroy(person_id)

    def _behind_twin(self, twin_id: str) -> str:
        rows = self._database.rows("SELECT person_id FROM twin WHERE id = ?", [twin_id])
        if not rows:
            raise NotFound("There is no such twin.")
        return str(rows[0]["person_id"])

    def _refuse_erased(self, person_id: str) -> None:
        if self.is_erased(person_id):
            raise Erased(ERASED)

    def _closed_unless(self, read: Callable[[], Key]) -> Key:
        try:
            return read()
        except KeyUnusable as error:  # where keys lie is for whoever keeps the machine, not for a page
            raise KeyUnusable(_CLOSED) from error
