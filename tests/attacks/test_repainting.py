"""Everybody tries to repaint what is not theirs, and a creative to break what takes her masks and pictures."""

import io
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
import torch
from PIL import Image

from moderation.access.gate import LARGEST_UPLOAD
from tests.attacks.stage import a_picture
from tests.attacks.test_enrolment import BROKEN, _head, _opened, _status
from tests.attacks.test_uploads import zipped
from tests.journeys.with_klein import SHOOT, Served, passed_on, studio_with_klein
from tests.moderation.access.visitor import Visitor
from tests.moderation.malformed import png as malformed
from twin.orders.edits import mask_png
from twin.plates.plate import develop, read_index, read_plate

OTHERS = ("theo", "rosa", "nora", "greta")
"""Another brand's creative, a moderator, the model herself, her agency."""
MARKED = np.zeros((640, 512), np.bool_)
MARKED[560:, 60:450] = True
MASK = mask_png(MARKED)


def encoded(picture: np.ndarray, kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.fromarray(picture).save(written, kind)
    return written.getvalue()


class Site:
    """A demo, served; `as_one(login)` is a visitor who came in at that door, None nobody."""

    def __init__(self, served: Served) -> None:
        self.served, self.address = served, served.address
        self._visitors: dict[str | None, Visitor] = {}

    def as_one(self, login: str | None) -> Visitor:
        if login not in self._visitors:
            visitor = Visitor(self.address)
            if login is not None:
                assert visitor.enter(login).status_code == 303
            self._visitors[login] = visitor
        return self._visitors[login]

    def send(
        self, login: str | None, path: str, *files: tuple[str, bytes], form: str | None = None, **fields: str
    ) -> httpx.Response:
        """Send files as the pages do; without `form` the true token of this visitor."""
        visitor = self.as_one(login)
        token = visitor.token("/sign-in" if login is None else "/") if form is None else form
        sent = [("file", (name, content)) for name, content in files] or [("none", ("", b""))]
        return visitor.client.post(path, data={"form": token, **fields}, files=sent, headers={"accept": "application/json"})

    def standing(self) -> tuple[Any, ...]:
        """All rows and files that an attack could have changed."""
        tables = ("render", "job", "edit_mask", "edit_upload", "base_picture", "restricted_object")
        rows = [self.served.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]
        home = self.served.studio.home.folder
        files = sorted(str(path) for path in home.rglob("*") if path.is_file() and "sqlite" not in path.name)
        return (*map(str, rows), *files)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    torch.set_num_threads(1)
    with studio_with_klein(tmp_path_factory.mktemp("repainted")) as served:
        yield Site(served)


@pytest.fixture(scope="module")
def image(site: Site) -> str:
    return passed_on(site.served)


def photograph(site: Site, twin: str = "nora") -> np.ndarray:
    """A picture of one of the cast that is no image of the studio's."""
    painting = site.served.studio.painting
    look = painting.lookbook.looks[2].worn_by(twin, painting.wardrobe)
    if twin == "nora":
        return a_picture(look)
    folder = painting.assets / "references"
    return develop(read_plate(folder, next(line for line in read_index(folder) if line["twin"] == twin)), look)


@pytest.fixture(scope="module")
def base(site: Site) -> str:
    answer = site.send("maya", "/repaint", ("a.png", encoded(photograph(site))), twin="nora")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/repaint/")


@pytest.mark.parametrize("login", [*OTHERS, None])
def test_nobody_else_sees_marks_orders_hands_in_or_removes(site: Site, image: str, base: str, login: str | None) -> None:
    before = site.standing()
    denied = 401 if login is None else 404
    reads = [f"/repaint/{one}{more}" for one in (image, base) for more in ("", "/part/face", "/part/clothes")]
    client = site.as_one(login).client
    assert {client.get(path).status_code for path in (*reads, f"/media/base/{base}")} == {denied}
    tries = [
        *(site.send(login, f"/repaint/{one}", ("mask.png", MASK), cloth="#102030", shoot=SHOOT) for one in (image, base)),
        client.post(f"/repaint/{base}/remove", data={"form": site.as_one(login).token("/sign-in" if login is None else "/")}),
    ]
    if login != "theo":
        tries.append(site.send(login, "/repaint", ("a.png", encoded(photograph(site))), twin="nora"))
    assert [answer.status_code for answer in tries] == [denied] * len(tries)
    assert site.standing() == before


def test_the_creative_of_the_brand_sees_both_and_where_the_face_is(site: Site, image: str, base: str) -> None:
    client = site.as_one("maya").client
    for one in (image, base):
        page = client.get(f"/repaint/{one}").text
        assert "€140 an image" in page
        assert "FLUX.2 [klein] 4B" in page
        answer = client.get(f"/repaint/{one}/part/face")
        assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/png", "private, no-store")
        with Image.open(io.BytesIO(answer.content)) as face:
            assert (face.size, face.mode) == ((512, 640), "1")
            assert 0.05 < np.asarray(face).mean() < 0.6
    assert client.get(f"/repaint/{base}/part/clothes").status_code == 404
    assert client.get(f"/repaint/{image}/part/../../etc").status_code == 404
    assert "A moderator looks at what is made of this picture" in client.get(f"/repaint/{base}").text


def test_what_is_handed_in_lies_sealed_and_nowhere_in_the_clear(site: Site, base: str) -> None:
    content = encoded(photograph(site))
    home = site.served.studio.home.folder
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert all(content[2000:2100] not in path.read_bytes() for path in kept)
    assert sum(base in path.name for path in kept) == 2
    answer = site.as_one("maya").client.get(f"/media/base/{base}")
    assert (answer.headers["content-type"], "no-store" in answer.headers["cache-control"]) == ("image/jpeg", True)


@pytest.mark.parametrize("form", ["", "x", "0" * 64])
def test_a_form_of_another_page_is_refused_before_a_file_is_looked_at(site: Site, image: str, form: str) -> None:
    before = site.standing()
    for path in (f"/repaint/{image}", "/repaint"):
        assert site.send("maya", path, ("mask.png", MASK), form=form, twin="nora").status_code == 403
    assert site.standing() == before


@pytest.mark.parametrize("header", [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}])
def test_a_page_of_another_site_orders_nothing(site: Site, image: str, header: dict[str, str]) -> None:
    before, visitor = site.standing(), site.as_one("maya")
    for path in (f"/repaint/{image}", "/repaint"):
        body = {"form": visitor.token("/")}
        assert visitor.client.post(path, data=body, files={"file": ("m.png", MASK)}, headers=header).status_code == 403
    assert site.standing() == before


MASKS = {
    "empty": (b"", "no PNG"),
    "torn": (MASK[:60], "damaged"),
    "jpeg": (encoded(MARKED.astype(np.uint8) * 255, "JPEG"), "no PNG"),
    "colours": (encoded(np.zeros((640, 512, 3), np.uint8)), "one channel"),
    "clear": (encoded(np.zeros((640, 512, 4), np.uint8)), "one channel"),
    "page": (b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "no PNG"),
    "archive": (MASK + b"PK\x05\x06" + bytes(18), "archive"),
    "bomb": (malformed(30_000, 30_000, b"\x00" * 90_001, 1, 0), "too large"),
    "too many bytes": (MASK + bytes(1_000_001), "larger than 1 MB"),
    "smaller": (mask_png(MARKED[:320]), "512 × 320 pixels, and the picture 512 × 640"),
    "larger": (mask_png(np.pad(MARKED, 8)), "528 × 656 pixels, and the picture 512 × 640"),
    "nothing": (mask_png(np.zeros_like(MARKED)), "neither nothing nor everything"),
    "everything": (mask_png(np.ones_like(MARKED)), "neither nothing nor everything"),
}


@pytest.mark.parametrize("kind", MASKS)
def test_a_mask_that_is_none_is_refused_in_a_sentence_and_nothing_is_kept(site: Site, image: str, base: str, kind: str) -> None:
    content, said = MASKS[kind]
    before = site.standing()
    for one in (image, base):
        answer = site.send("maya", f"/repaint/{one}", ("mask.png", content), shoot=SHOOT, cloth="#102030")
        assert (answer.status_code, said in answer.json()["error"]) == (409, True), answer.text
    assert site.standing() == before


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"painter": "atelier"}, 409, "part"),
        ({"painter": "nobody"}, 409, "repaints a part"),
        ({"garment": "../../etc", "painter": "flux2-klein-4b"}, 409, "garment"),
        ({"cloth": "url(javascript:0)"}, 409, "no colour"),
        ({"words": "x" * 241}, 409, "at most 240"),
        ({"words": "x" * 2000}, 409, "not what the form"),
        ({"words": "in lingerie"}, 409, "lingerie"),
        ({"words": "as Mei"}, 409, "Mei"),
        ({"shoot": "calloway-shirts"}, 404, "nothing here"),
        ({"shoot": "../osterby-autumn"}, 404, "nothing here"),
    ],
    ids=[
        "the same, or not its own",
        "unknown",
        "garment",
        "colour",
        "long",
        "longer",
        "forbidden",
        "somebody else",
        "theirs",
        "path",
    ],
)
def test_an_order_that_cannot_be_meant_is_refused_and_nothing_is_entered(
    site: Site, image: str, base: str, fields: dict[str, str], status: int, said: str
) -> None:
    before = site.standing()
    for one in [base] if "shoot" in fields else [image, base]:
        answer = site.send("maya", f"/repaint/{one}", ("mask.png", MASK), **{"shoot": SHOOT, **fields})
        assert (answer.status_code, said in answer.json()["error"]) == (status, True), answer.text
    assert site.standing() == before


def test_two_files_or_none_are_refused(site: Site, image: str) -> None:
    before = site.standing()
    two = [("mask.png", MASK), ("more.png", MASK)]
    for path in (f"/repaint/{image}", "/repaint"):
        answer = site.send("maya", path, *two, twin="nora")
        assert (answer.status_code, "At most 1 files" in answer.text) == (409, True)
    assert "none was sent" in site.send("maya", f"/repaint/{image}").text
    assert "Choose a picture" in site.send("maya", "/repaint", twin="nora").text
    assert site.standing() == before


def test_pictures_of_others_of_nobody_and_files_that_are_none_are_named_and_not_kept(site: Site) -> None:
    before = site.standing()
    for name, content in {**BROKEN, "shut.png": zipped()}.items():
        answer = site.send("maya", "/repaint", (name, content), twin="nora")
        assert (answer.status_code, answer.json()["error"].count(".") >= 1) == (409, True), name
    mei = photograph(site, "mei")
    other = site.send("maya", "/repaint", ("a.png", encoded(mei)), twin="nora")
    assert (other.status_code, "This picture is not taken" in other.text) == (409, True), other.text
    both = np.concatenate([photograph(site), mei], axis=1)
    several = site.send("maya", "/repaint", ("a.png", encoded(both)), twin="nora")
    assert (several.status_code, "This picture is not taken" in several.text) == (409, True), several.text
    assert site.send("maya", "/repaint", ("a.png", encoded(photograph(site))), twin="viktor").status_code == 404
    assert site.send("maya", "/repaint", ("a.png", encoded(photograph(site))), twin="../nora").status_code == 404
    assert site.standing() == before


def test_a_person_reads_the_refusal_on_the_page_where_she_handed_in(site: Site) -> None:
    visitor = site.as_one("maya")
    body = {"form": visitor.token("/"), "twin": "nora"}
    answer = visitor.client.post("/repaint", data=body, files={"file": ("a.svg", b"<svg/>")}, headers={"accept": "text/html"})
    assert answer.status_code == 400
    assert "This file is not a picture the studio reads" in answer.text
    assert 'name="file"' in answer.text


@pytest.mark.parametrize("name", ["../../../studio.sqlite", "..\\keys\\session.key", "/etc/passwd", "a\x00b.png", "é" * 300])
def test_a_file_is_called_what_it_is_called_and_leads_nowhere(site: Site, name: str) -> None:
    before = site.standing()
    assert site.send("maya", "/repaint", (name, b"no picture"), twin="nora").status_code == 409
    assert site.standing() == before


@pytest.mark.parametrize(
    "path",
    [
        "/repaint/..%2f..%2fstudio.sqlite",
        "/repaint/{image}/part/..%2f..%2fface",
        "/repaint/{image}%00",
        "/media/base/..%2f..%2fvault%2fbases%2f{base}.png",
        "/media/base/%2e%2e%2f%2e%2e%2fkeys%2fsession.key",
        "/media/base/{base}.png",
        "/media/base/{image}",
        "/vault/bases/{base}.png.sealed",
    ],
)
def test_no_path_leads_to_a_file(site: Site, image: str, base: str, path: str) -> None:
    client = site.as_one("maya").client
    request = client.build_request("GET", client.base_url)
    request.url = request.url.copy_with(raw_path=path.format(image=image, base=base).encode())
    assert client.send(request).status_code in (404, 405)


def test_more_than_a_route_takes_is_refused_by_its_header_alone(site: Site, image: str) -> None:
    client = site.as_one("maya").client
    for path, most in ((f"/repaint/{image}", 1 << 20), ("/repaint", LARGEST_UPLOAD), (f"/repaint/{image}/remove", 1 << 20)):
        request = client.build_request("POST", path, content=b"x")
        request.headers["content-length"] = str(most + 1)
        assert _status(site, request) == 413, path  # type: ignore[arg-type]


def test_of_a_connection_that_is_lost_at_half_nothing_stays(site: Site, image: str) -> None:
    client, token = site.as_one("maya").client, site.as_one("maya").token("/")
    picture = encoded(photograph(site))
    for path, content in ((f"/repaint/{image}", MASK), ("/repaint", picture)):
        before = site.standing()
        request = client.build_request("POST", path, data={"form": token, "twin": "nora"}, files={"file": ("a.png", content)})
        body = request.read()
        with _opened(site) as half:  # type: ignore[arg-type]
            half.sendall(_head(request) + body[: len(body) // 2])
            time.sleep(0.2)
            half.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        time.sleep(0.3)
        cut = body[: len(body) // 2]  # all that was announced arrives, and still it is half of a form
        answer = client.post(path, content=cut, headers={"content-type": request.headers["content-type"], "accept": "x/y"})
        assert (answer.status_code, "connection was lost" in answer.text) == (409, True), answer.text
        assert site.standing() == before


def test_what_she_refused_is_repainted_no_more_and_what_was_removed_is_gone(site: Site, base: str) -> None:
    judging = site.served.studio.judging
    refused = passed_on(site.served, seed=8)
    judging.signs.refuse(judging.accounts.by_login("nora"), refused, "quality")
    client, token = site.as_one("maya").client, site.as_one("maya").token("/")
    assert client.get(f"/repaint/{refused}").status_code == 404
    assert site.send("maya", f"/repaint/{refused}", ("mask.png", MASK), cloth="#102030").status_code == 404
    assert client.post(f"/repaint/{base}/remove", data={"form": token}).status_code == 303
    assert client.get(f"/repaint/{base}").status_code == 404
    assert site.send("maya", f"/repaint/{base}", ("mask.png", MASK), shoot=SHOOT).status_code == 404
    assert site.served.rows("SELECT 1 FROM edit_upload") == []
