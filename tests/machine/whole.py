"""The small studio with everything that rights touch, on one database: jobs, consents, keys, desk, gate, recalls, erasure."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from moderation.access.account import Account
from moderation.desk.her_decision import SignOff
from moderation.desk.moves import move
from moderation.desk.submission import Sheet, Submissions
from moderation.desk.viewing import Viewing
from moderation.errors import ModerationError, RightsLapsed, SignatureRefused
from moderation.keys.consent_word import ConsentAnswer, ConsentWord
from moderation.keys.her_drafts import HerDrafts
from moderation.keys.her_keys import HerKeys
from moderation.keys.her_word import HerWord, Signed
from moderation.keys.on_behalf import OnBehalf
from moderation.rights.erasure import Erasure
from moderation.rights.recall import Recalls
from moderation.rights.rights import Rights
from moderation.uploads.bases import Bases
from moderation.vault.seal import Sealed, seal
from tests.moderation.her_hand import SheSigns, fingerprint, key_of, sign
from tests.moderation.scene import DISCLOSURE, SOURCE, picture
from tests.moderation.sealed_scene import SealedScene
from tests.moderation.uploads.test_bases import Eyes
from tests.twin.rig import LOOK
from twin.consents.consent import Consent, Medium, Pay, PayBasis, Use, use_as_mapping
from twin.consents.drafts import Drafts
from twin.errors import NotFound, TwinError
from twin.jobs.claim import Claim, Maker
from twin.jobs.jobs import Jobs
from twin.licences.licence import Licence
from twin.orders import edits
from twin.orders.order import RenderOrder
from twin.registry import registry

REFUSALS = (ModerationError, TwinError)
USE = Use(Medium.WEB_SHOP, "EU", "dresses")
SENTENCE = "Dresses in the web shop of the brand."
SCOPE = "Her face and figure in dresses, standing or walking."
PURPOSE = "Pictures of dresses for the web shop of the brand."
PHOTO = b"\xff\xd8\xff a photograph of her"


@cache
def sheet(tone: int) -> Sheet:
    """One of 48 sealed pictures, each with pixels of its own."""
    return Sheet(seal(picture(60 + tone % 48 * 4), DISCLOSURE, SOURCE), None)


def sealed_of(tone: int) -> Sealed:
    """The same, as its painter knows it."""
    return sheet(tone).sealed


def password_of(account: Account) -> str:
    """What proves that this account gave its password just now."""
    return f"the password of {account.id}"


def her_word(account: Account, derive: Callable[[str], bytes]) -> Signed:
    """What a browser with this account's key sends over the statement that `derive` makes for the key."""
    key = key_of(account)
    statement = derive(fingerprint(key))
    return Signed(statement, sign(key, statement))


class Whole(SealedScene):
    """The studio in which the machine acts; every act of a person asks for her password or key as in a real one."""

    def __init__(self, home: Path, *, fresh: bool = True) -> None:
        super().__init__(home, fresh=fresh)
        self.keys = HerKeys(self.database, self._spend, lambda _: False, demo=False)
        self.word = HerWord(self.keys)
        self.signoff = SheSigns(SignOff(self.database, self.vault, self.word))
        self.rights = Rights(self.database, word=self.word)
        self.erasure = Erasure(self.database, self.vault, self.person_keys, self.rights, word=self.word)
        self.behalf = OnBehalf(self.database, self.word)
        self.recalls = Recalls(self.database)
        self.viewing = Viewing(self.database, self.vault)
        self.incoming = Submissions(self.database, self.vault, self.desk)
        self.bases = Bases(self.database, self.vault, self.incoming, Eyes)
        self.consent_word = ConsentWord(self.database, self.keys, self.word)
        self.drafts = Drafts(self.database, self.consent_word.given)
        self.her_drafts = HerDrafts(self.database, self.drafts, (NotFound,))
        self.jobs = Jobs(
            self.database,
            move,
            self.clock,
            lapsed=RightsLapsed,
            licence_in_force=registry.licence_in_force,
            give_up=self.desk.give_up,
        )

    def first_rows(self) -> dict[str, list[dict[str, Any]]]:
        """The small studio's registry, whose consents and licences say enough that others can be weighed against them."""
        said = {
            "consent": {"scope": SCOPE, "purpose": PURPOSE, "uses": json.dumps([use_as_mapping(USE)])},
            "licence": {"uses": json.dumps([SENTENCE]), "media": f'["{USE.medium}"]', "product_line": USE.product_line},
        }
        found = {table: [{**row, **said.get(table, {})} for row in rows] for table, rows in super().first_rows().items()}
        found["licence"].append({**found["licence"][0], "id": "halden-slow", "revocation_notice_hours": 48})
        return found

    @classmethod
    def copied(cls, home: Path, template: Path) -> "Whole":
        """The studio of `template`, which is closed, at another place."""
        shutil.copytree(template, home)
        return cls(home, fresh=False)

    @classmethod
    def found(cls, home: Path) -> None:
        """Make a studio in which both people were measured and photographed, to be copied."""
        studio = cls(home)
        for person in ("nora", "amara"):
            studio.allow("biometric", person)
            studio.keep_photograph(person, PHOTO)
        studio.measure("nora", "amara")
        studio.database.tables.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        studio.database.close()

    def _spend(self, _tx: object, account: Account, proof: str) -> None:
        if proof != password_of(account):
            raise SignatureRefused("That was not the password.")

    def ask_for(self, account: Account, licence: str, twin: str, seed: int, parent: str | None) -> str:
        """An image ordered by a creative; its id."""
        shoot = f"{account.brand_id}-shoot"
        order = RenderOrder(twin, licence, shoot, "tiny", LOOK, seed, parent)
        with self.database.write(account.id) as tx:
            return self.jobs.order(tx, order, Maker(account.id, str(account.brand_id)))

    def ask_for_part(self, account: Account, base_id: str, seed: int) -> str:
        """An image that repaints the lower half of another, ordered by a creative; its id."""
        row = self.render(base_id)
        order = RenderOrder(row["twin_id"], row["licence_id"], f"{account.brand_id}-shoot", "tiny", LOOK, seed, base_id)
        with self.database.write(account.id) as tx:
            new = self.jobs.order(tx, order, Maker(account.id, str(account.brand_id)))
            _, (width, height) = edits.admitted(tx, base_id)
            lower = np.repeat(np.arange(height) >= height // 2, width).reshape(height, width)
            edits.enter(tx, self.incoming.masks, new, base_id, edits.mask_png(lower))
            return new

    def looked_at(self, kind: str, object_id: str) -> object:
        """A restricted object, opened as whoever works with its kind opens it."""
        if kind == "base":
            return self.bases.picture(object_id)
        return self.photographs.open("enrolment", object_id, "to look at her")

    def end_painting(self, claim: Claim, tone: int) -> None:
        """Hand a painting in, as the worker does."""

        def write(tx: Any) -> None:
            self.incoming.store(claim.render_id, sheet(tone))
            self.incoming.submit(tx, claim.render_id, sheet(tone))

        self.jobs.finish_paint(claim, "{}", write)

    def consent(self, drafter: Account, signer: Account, twin: str, starts_at: datetime, ends_at: datetime) -> str:
        """A consent drafted by one and signed by another account; its id."""
        with self.database.read("test") as tx:
            version = registry.next_version(tx, "painting", twin)
        terms = Consent(
            twin_id=twin,
            version=version,
            scope=SCOPE,
            purpose=PURPOSE,
            pay=Pay(0, "EUR", PayBasis.IMAGE),
            uses=(USE,),
            content_limits=(),
            disclosure_text=DISCLOSURE,
            starts_at=starts_at,
            ends_at=ends_at,
            signed_at=self.clock.at,
        )
        draft_id = self.drafts.draft(drafter, terms)
        facts = self.her_drafts.facts(signer, draft_id)
        word = her_word(signer, lambda key: self.consent_word.statement(draft_id, facts, key))
        answer = ConsentAnswer(word, password_of(signer))
        return self.her_drafts.sign(signer, draft_id, facts["text_sha256"], answer)

    def write_licence(self, consent_id: str, twin: str, brand: str, **terms: Any) -> str:
        """A brand's licence under a consent; its id."""
        licence = Licence(
            twin_id=twin,
            brand_id=brand,
            campaign="Spring",
            advertiser="Halden",
            product_line=USE.product_line,
            uses=(SENTENCE,),
            media=(USE.medium,),
            territory=USE.territory,
            currency="EUR",
            payment_days=30,
            **terms,
        )
        with self.database.write("agent") as tx:
            return registry.add_licence(tx, licence, consent_id)

    def take_back(self, account: Account, scope: str, subject_id: str, signer: Account) -> Any:
        """Take something back as this account, signed by that one's key."""
        word = her_word(signer, lambda key: self.rights.statement(account, scope, subject_id, key))
        return self.rights.revoke(account, scope, subject_id, "", word=word)

    def allow_agency(self, account: Account, signer: Account, allowed: bool) -> None:
        """Let her agency say no for her, or no longer, signed by a key."""
        word = her_word(signer, lambda key: self.behalf.statement(account, key, allowed=allowed))
        self.behalf.allow(account, allowed=allowed, word=word)

    def erase(self, account: Account, signer: Account) -> Any:
        """Erase somebody by her own wish, signed by a key."""
        return self.erasure.erase(account, word=her_word(signer, lambda key: self.erasure.statement(account, key)))

    def go_on(self, span: timedelta) -> None:
        """Time passes."""
        self.clock.at += span
