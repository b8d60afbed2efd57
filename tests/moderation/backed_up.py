"""A small studio with everything a backup is about, and the ways to take back, back up and restore it."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from moderation.access.account import Account
from moderation.audit.heads import Head
from moderation.backups import carrying_out
from moderation.backups.backup import Backup, Made
from moderation.backups.confirming import Confirmed, confirm
from moderation.backups.restoring import Restored, Source, restore
from moderation.home import Home, Kind, open_home
from moderation.house import House
from moderation.keys.export import export_keys
from moderation.reach import Reach, unreached
from moderation.rights import erasure
from moderation.rights.erasure import Erasure
from moderation.rights.rights import Rights
from tests.moderation.scene import NORA, Clock, Scene

PASSPHRASE = "paper ink and safelight"


def house_at(folder: Path, clock: Callable[[], object], reach: Reach = unreached) -> House:
    """The moderation domain of a home whose tables are there."""
    home = Home(folder, Kind.STUDIO)
    return House(home, clock, reach, lambda _: None)  # type: ignore[arg-type, return-value]


class Site:
    """A studio at `folder/home`, its backups beside it, and its tombstones and keys where they can be copied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        open_home(folder / "home", Kind.STUDIO, Clock().at)
        self.scene = Scene(folder / "home")
        self.house = house_at(folder / "home", self.scene.clock)
        self.house.catch_up()
        self.keys = folder / "keys.sealed"

    def take_back(self, scope: str, subject: str) -> None:
        """Nora takes back."""
        Rights(
            self.house.database,
            tombstone=lambda tx, what, facts: self.house.tombstones.add(tx, carrying_out.KIND, what, **facts),
        ).revoke(NORA, scope, subject, "")

    def erase(self, account: Account) -> None:
        """Somebody has herself erased."""
        house = self.house
        rights = Rights(
            house.database, tombstone=lambda tx, what, facts: house.tombstones.add(tx, carrying_out.KIND, what, **facts)
        )
        Erasure(
            house.database,
            house.vault,
            house.person_keys,
            rights,
            tombstone=lambda tx, what, facts: house.tombstones.add(tx, erasure.KIND, what, **facts),
        ).erase(account)

    def witness(self) -> Head:
        """A head that somebody keeps."""
        return self.house.witnesses.take(NORA)

    def back_up(self, name: str = "backup.tar", reach: Reach = unreached) -> Made:
        """An archive, and the keys as they are, exported apart once."""
        house = self.house
        made = Backup(house.home, house.database, house.vault, house.heads, reach).make(self.folder / name)
        if not self.keys.exists():
            export_keys(house.home.keys, PASSPHRASE, self.keys)
        return made

    def restore(
        self,
        name: str = "backup.tar",
        to: str = "restored",
        *,
        tombstones: Path | None = None,
        keys: bool = True,
        reach: Reach = unreached,
    ) -> Restored:
        """A home made from an archive, with the tombstones as they are now unless others are given."""
        source = Source(
            self.folder / name,
            tombstones or self.house.tombstones.file,
            self.keys if keys else None,
            PASSPHRASE,
        )
        return restore(source, self.folder / to, lambda place: house_at(place, self.scene.clock), self.scene.clock, reach)

    def restored(self, to: str = "restored") -> House:
        """The moderation domain of a restored home."""
        return house_at(self.folder / to, self.scene.clock)

    def copy_tombstones(self) -> Path:
        """The tombstone file as it is at this moment."""
        return Path(shutil.copy(self.house.tombstones.file, self.folder / "older.jsonl"))


def confirm_in(house: House, head: Head) -> Confirmed:
    """An administrator confirms a restored home."""
    return confirm(house.database, house.heads, house.tombstones, head, "admin")


def killed_at(point: str, act: Callable[[Reach], object]) -> bool:
    """Whether a process that does `act` came by `point`, where it was killed."""
    child = os.fork()
    if child == 0:

        def die_at(passed: str) -> None:
            if passed == point:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            act(die_at)
        finally:
            os._exit(1)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])
