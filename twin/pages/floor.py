"""Stands the studio page on the registry, the job table and what the other side of the house hands in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from twin.engines.engines import Offer
from twin.errors import BadValue, LookRefused, NotFound
from twin.house import House
from twin.jobs.claim import Maker, order_of
from twin.jobs.jobs import Jobs
from twin.looks.look import Authors, Look
from twin.looks.lookbook import Lookbook
from twin.looks.relight import Proof, differences, on_negative
from twin.looks.wardrobe import Wardrobe
from twin.looks.words import Reading, Setting, read_words, refuse_words
from twin.orders import edits
from twin.orders.order import RenderOrder, several
from twin.pages.ports import Account, Asked, ImageCard, ShootCard, Studio, TwinCard
from twin.painter import Ability, PainterCard
from twin.ports import Masks, Store, Transaction
from twin.registry import portfolio, registry

OWN_LOOK = "Her own look"


def _everybody(_: str) -> bool:
    """For a floor on which everybody has a portrait."""
    return True


@dataclass(frozen=True)
class Judged:
    """What the other side says of one image: the hash of its preview if it may be shown, and whether she said no herself.

    `negative` says whether this account may develop it again now.
    """

    preview_sha256: str | None
    her_no: bool
    negative: bool = False


@dataclass(frozen=True)
class Elsewhere:
    """What the studio page shows and does beyond the twin domain.

    Each is called with the very account that the guard handed in, whose type is the business of whoever handed both in.
    """

    header: Callable[[Any], str]
    judged: Callable[[Any, str], Mapping[str, Judged]]
    story: Callable[[Any, str], str]
    release: Callable[[Any, str], object]
    appeal: Callable[[Any, str, str], object]
    proof: Callable[[Any, str, Look], Proof]
    admit: Callable[[Transaction, Any, str], object]


@dataclass(frozen=True)
class Floor:
    """The studio page's reads and acts, each limited to the brand of the account; `card` tells who a painter is."""

    store: Store
    jobs: Jobs
    wardrobe: Wardrobe
    lookbook: Lookbook
    card: Callable[[str], PainterCard]
    now: Callable[[], datetime]
    dice: Callable[[], int]
    masks: Masks
    portrayed: Callable[[str], bool] = _everybody

    @classmethod
    def over(cls, house: House, dice: Callable[[], int]) -> Self:
        """The floor of a house."""
        card, portrayed = house.engines.card, house.is_portrayed
        return cls(house.store, house.jobs, house.wardrobe, house.lookbook, card, house.clock, dice, house.masks, portrayed)

    def studio(self, painters: Sequence[Offer], elsewhere: Elsewhere) -> Studio:
        """Everything the page calls; `painters` are all there are, those that cannot be ordered of included."""
        return Studio(
            header=elsewhere.header,
            shoots=self.shoots,
            open_shoot=self.open_shoot,
            twins=self.twins,
            lookbook=self.lookbook,
            wardrobe=self.wardrobe,
            painters=painters,
            read_words=self.read_words,
            order=self.order,
            images=lambda account, shoot_id: self.images(account, shoot_id, elsewhere.judged(account, shoot_id)),
            cancel=lambda account, render_id: self.jobs.cancel(render_id, maker_of(account)),
            repaint=self.repaint,
            proof=elsewhere.proof,
            painted=lambda account, render_id: self.painted(account, render_id, elsewhere.admit),
            develop=lambda account, render_id, look: self.develop(account, render_id, look, elsewhere.admit),
            release=elsewhere.release,
            appeal=elsewhere.appeal,
            story=elsewhere.story,
            now=self.now,
        )

    def shoots(self, account: Account) -> list[ShootCard]:
        """The brand's shoots, the newest first."""
        return [ShootCard(shoot.id, shoot.title) for shoot in portfolio.shoots_of(self.store, maker_of(account).brand_id)]

    def open_shoot(self, account: Account, title: str) -> str:
        """Open a shoot; its id. Raises BadValue."""
        maker = maker_of(account)
        with self.store.write(account.id) as tx:
            return registry.open_shoot(tx, maker.brand_id, title, account.id)

    def twins(self, account: Account) -> list[TwinCard]:
        """The twins that the brand has a licence of."""
        licensed = portfolio.twins_for(self.store, maker_of(account).brand_id, self.now())
        return [_twin_card(twin, portrayed=self.portrayed(twin.twin_id)) for twin in licensed]

    def read_words(self, account: Account, twin_id: str, painter: str | None, look: Look, words: str) -> Reading:
        """What the words make of a look, as a painter reads them; None: one that only knows looks.

        Raises NotFound, WordsRefused, BadValue, PainterUnavailable.
        """
        twin = portfolio.twin_for(self.store, maker_of(account).brand_id, twin_id, self.now())
        with self.store.read(account.id) as tx:
            refuse_words(registry.consent_behind(tx, twin.licence_id), words, registry.cast_beside(tx, twin_id))
        card = self.card(painter) if painter else None
        worded, read = card is not None and card.worded, card is not None and Ability.WORDS in card.abilities
        return read_words(words, look, Setting(twin_id, self.wardrobe, self.lookbook, worded, read))

    def order(self, account: Account, asked: Asked) -> list[str]:
        """Order images under the licence that permits them; their ids. All are entered or none."""
        maker = maker_of(account)
        licence = portfolio.twin_for(self.store, maker.brand_id, asked.twin_id, self.now())
        seed = self.dice() if asked.seed is None else asked.seed
        order = RenderOrder(asked.twin_id, licence.licence_id, asked.shoot_id, asked.painter, asked.look, seed)
        with self.store.write(account.id) as tx:
            return [self._enter(tx, one, maker) for one in several(order, asked.count)]

    def repaint(self, account: Account, render_id: str) -> str:
        """Order the same look with another seed, as a child of the image; the new image's id."""
        with self.store.write(account.id) as tx:
            earlier = self._earlier(tx, account, render_id)
            return self._enter(tx, replace(earlier, seed=self.dice(), parent_id=render_id), maker_of(account))

    def change_part(self, account: Account, render_id: str, look: Look, painter: str, mask: bytes) -> str:
        """Order the marked part of an image anew in another look, as its child; the new image's id.

        `mask` is a PNG as large as the image, white where it may change. Raises NotFound, BadValue, and what an order raises.
        """
        card = self.card(painter)
        with self.store.write(account.id) as tx:
            earlier = self._earlier(tx, account, render_id)
            if not card.repaints(earlier.painter):
                raise LookRefused(f"{card.title} cannot repaint a part of this picture.")
            order = replace(earlier, look=look, painter=painter, seed=self.dice(), parent_id=render_id)
            if Ability.INPAINT not in card.abilities:
                order = self._painted_again(earlier, order)
            entered = self._enter(tx, order, maker_of(account))
            edits.enter(tx, self.masks, entered, render_id, mask)
            return entered

    def _painted_again(self, earlier: RenderOrder, order: RenderOrder) -> RenderOrder:
        """The order with the seed, pose and light of the earlier one, so that everything lies where it lay. Raises BadValue."""
        was = earlier.look
        look = replace(order.look, pose=was.pose, light=was.light, exposure=was.exposure)
        if not differences(was, look, self.wardrobe):
            raise BadValue("Choose another garment or colour first: painted again, this part would be the same.")
        return replace(order, look=look, seed=earlier.seed)

    def change_upload(self, account: Account, order: RenderOrder, base_id: str, mask: bytes) -> str:
        """Order the marked part of a picture that the brand handed in; the new image's id. Raises what `change_part` raises."""
        with self.store.write(account.id) as tx:
            entered = self._enter(tx, order, maker_of(account))
            edits.enter_upload(tx, self.masks, entered, base_id, mask)
            return entered

    def develop(self, account: Account, render_id: str, look: Look, admit: Callable[[Transaction, Any, str], object]) -> str:
        """Order another development of an image's negative, as its child; the new image's id.

        Pose and garment stay as painted. Raises what `admit` raises, and BadValue when light and colours are as they were.
        """
        with self.store.write(account.id) as tx:
            admit(tx, account, render_id)
            earlier = self._earlier(tx, account, render_id)
            wanted = on_negative(earlier.look, look)
            if not differences(earlier.look, wanted, self.wardrobe):
                raise BadValue("Move a lamp or choose another colour first: this is the picture as it stands.")
            return self._enter(tx, replace(earlier, look=wanted, parent_id=render_id), maker_of(account))

    def painted(self, account: Account, render_id: str, admit: Callable[[Transaction, Any, str], object]) -> Look:
        """The look that an image's negative was painted for, for whoever may develop it. Raises what `admit` raises."""
        with self.store.read(account.id) as tx:
            admit(tx, account, render_id)
            return self._earlier(tx, account, render_id).look

    def _earlier(self, tx: Transaction, account: Account, render_id: str) -> RenderOrder:
        rows = tx.execute("SELECT * FROM render WHERE id = ? AND brand_id = ?", [render_id, maker_of(account).brand_id])
        if not rows:
            raise NotFound("There is no such image.")
        return order_of(rows[0])

    def _enter(self, tx: Transaction, order: RenderOrder, maker: Maker) -> str:
        registry.check_order(tx, order, maker.brand_id, self.wardrobe, self.card(order.painter))
        return self.jobs.order(tx, order, maker)

    def images(self, account: Account, shoot_id: str, judged: Mapping[str, Judged]) -> list[ImageCard]:
        """The images of a shoot, the newest first. Raises NotFound."""
        seen = portfolio.renders_of(self.store, maker_of(account).brand_id, shoot_id) if shoot_id else ()
        numbers = {render.id: render.number for render in seen}
        return [self._image_card(account, render, judged.get(render.id), numbers.get(render.parent_id or "")) for render in seen]

    def _image_card(self, account: Account, render: portfolio.RenderSeen, judged: Judged | None, after: int | None) -> ImageCard:
        kept = ("id", "number", "twin_id", "twin_name", "look", "seed", "state", "made_at", "step", "steps", "failure", "painter")
        return ImageCard(
            **{name: getattr(render, name) for name in kept},
            look_title=self._title_of(render.look),
            preview_url=_url(render, judged),
            mine=render.maker_id == account.id,
            her_no=judged.her_no if judged else False,
            negative=judged.negative if judged else False,
            after=after,
        )

    def _title_of(self, look: Look) -> str:
        """The named look whose light this is, or the one that it started from, known by its authors."""
        lit = next((one.title for one in self.lookbook.looks if one.light == look.light), None)
        started = (one.title for one in self.lookbook.looks if one.authors == look.authors and look.authors != Authors())
        return lit or next((f"{title}, changed" for title in started), OWN_LOOK)


def maker_of(account: Account) -> Maker:
    """The creative and her brand. Raises NotFound for an account of no brand."""
    if account.brand_id is None:
        raise NotFound("Images are ordered by a creative of a brand.")
    return Maker(account.id, account.brand_id)


def _url(render: portfolio.RenderSeen, judged: Judged | None) -> str | None:
    if render.state == "painting" and render.step:
        return f"/media/progress/{render.id}?step={render.step}"
    if judged and judged.preview_sha256:
        return f"/media/preview/{render.id}?v={judged.preview_sha256[:16]}"
    return None


def _twin_card(twin: portfolio.LicensedTwin, *, portrayed: bool) -> TwinCard:
    kept = (
        *("name", "licence_id", "campaign", "until", "fee_minor", "currency", "payment_days", "images_left", "refusal"),
        *("advertiser", "product_line", "media", "territory", "max_images", "fee_model", "variant_minor", "first_use"),
        "share_bp",
    )
    return TwinCard(
        **{name: getattr(twin, name) for name in kept},
        id=twin.twin_id,
        portrait_url=f"/media/portrait/{twin.twin_id}" if portrayed else "",
        exclusive=twin.category if twin.exclusivity == "category" else "",
        consent_url=f"/consent/{twin.consent_id}",
        permits=twin.uses,
        forbids=twin.limits,
        pictured=twin.pictures > 0,
    )
