"""A studio in which Ayla, whom no painter learned, is enrolled, licensed, and painted by klein on tiny random weights.

`python -m tests.moderation.enrolment.with_ayla HOME` is its worker's process: it works until nothing waits.
"""

import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import torch

import app
from moderation.access.account import Role
from moderation.access.accounts import NewAccount
from moderation.enrolment.enrolments import Handed
from tests.moderation.access.little_site import PASSWORD
from tests.moderation.enrolment.newcomer import Newcomer, ayla
from tests.moderation.her_hand import SheSigns, key_row
from tests.moderation.scene import insert
from tests.twin.painters.tiny_klein import CARD, Pretend
from twin.consents.consent import Medium, PayBasis
from twin.engines.accelerator import Accelerator, Power
from twin.engines.catalogue import Catalogue
from twin.engines.engines import Engines
from twin.engines.installs import Installs, Leave
from twin.licences.licence import Licence
from twin.pages.floor import Elsewhere
from twin.pages.ports import Studio
from twin.registry import registry
from twin.settings import Settings

ENROLLED = (0, 1, 2, 3, 4, 5, 6, 8, 9)
NOT_A_REFERENCE = 7
TWIN = "vera"
"""She goes by another name in this studio."""
SIZE = (256, 320)
GPU = Accelerator("a pretended GPU", 40 * 10**9, 40 * 10**9)
OPEN = "SELECT 1 FROM job WHERE state IN ('waiting', 'running')"


def with_klein(studio: app.Studio) -> None:
    """Let a studio's own engines run on a processor that tells of itself as a GPU, and paint small pictures."""
    painting = studio.painting
    told = Catalogue.read(app.ASSETS / "painters.json")
    small = [replace(one, card=replace(one.card, size=SIZE)) if one.card.name == CARD.name else one for one in told.entries]
    painting.installs = Installs(painting.store, studio.home.painters, Catalogue(tuple(small)))
    painting.engines = Engines(
        app.ASSETS, painting.installs, painting.wardrobe, lambda: studio.judging.examiner, Power(1), lambda: [GPU], Pretend
    )


class WithAyla(Newcomer):
    """The studio, with everybody in it who is needed for one image."""

    def __init__(self, home: Path, packs: Path, weights: Path) -> None:
        super().__init__(home, packs)
        self.prepare()
        her = self.account(TWIN)
        self.house.enrolments.take(her, TWIN, [Handed(f"ayla_{number:02}.jpg", ayla(number)) for number in ENROLLED])
        self.house.finishing.finish(her, TWIN)
        with_klein(self.studio)
        self.studio.painting.installs.bring(CARD.name, weights, Leave("ada", administrator=True, pin=True))
        with self.database.write("test") as tx:
            (consent,) = tx.execute("SELECT id FROM consent WHERE twin_id = ?", [TWIN])
            registry.add_licence(tx, self._licence(), consent["id"])
            insert(tx, "person_key", key_row(her, tx.now))
        self.house.accounts.create(NewAccount("idris", "Idris", Role.MODERATOR, None), PASSWORD, "test", account_id="idris")
        self.signs = SheSigns(self.house.signs)

    def _licence(self) -> Licence:
        now = self.clock()
        return Licence(
            twin_id=TWIN,
            brand_id="osterby",
            campaign="Autumn",
            advertiser="Osterby",
            product_line="knitwear",
            uses=("Knitwear in the web shop of Osterby.",),
            media=(Medium.WEB_SHOP,),
            territory="EU",
            fee_minor=14000,
            currency="EUR",
            payment_days=30,
            max_images=12,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(days=90),
            fee_model=PayBasis.IMAGE,
        )

    def page(self) -> Studio:
        """What the studio page calls."""
        judging = self.house
        elsewhere = Elsewhere(
            header=lambda _: "",
            judged=self.studio.judged,
            story=lambda *_: "",
            release=judging.releases.release,
            appeal=judging.desk.appeal,
            proof=self.studio.proof,
            admit=judging.negatives.admit,
        )
        return self.studio.floor().studio(self.studio.painting.engines.offers, elsewhere)

    def work(self) -> None:
        """Work until nothing is due."""
        worker = self.studio.worker(threading.Event())
        for _ in range(40):
            if not worker.once():
                return
        raise AssertionError("The worker finds no end.")

    def state(self, render_id: str) -> str:
        return str(self.database.rows("SELECT state FROM render WHERE id = ?", [render_id])[0]["state"])

    def findings(self, render_id: str) -> dict[str, str]:
        """Outcome by safeguard."""
        rows = self.database.rows("SELECT safeguard, outcome FROM finding WHERE render_id = ?", [render_id])
        return {row["safeguard"]: row["outcome"] for row in rows}


def main(home: str) -> None:
    """Work as the program's own worker does, until nothing waits or runs."""
    torch.set_num_threads(1)
    studio = app.open_studio(Settings(Path(home)), lambda: datetime.now(UTC), lambda _: None)
    with_klein(studio)
    studio.worker(threading.Event()).run(lambda: not studio.judging.database.rows(OPEN))


if __name__ == "__main__":
    main(sys.argv[1])
