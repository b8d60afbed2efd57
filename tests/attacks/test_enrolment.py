"""Vera's photographs are taken here: everybody else tries to hand in, to look, to remove and to finish, and she to break it."""

import socket
import struct
import time
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

import app
from moderation.access.gate import LARGEST_UPLOAD
from tests.attacks.test_uploads import zipped
from tests.moderation.access.little_site import PASSWORD, serving
from tests.moderation.access.visitor import Visitor
from tests.moderation.enrolment.newcomer import Newcomer, hers
from tests.moderation.malformed import BASES, chunk, encoded, gradient, png

OTHERS = ("wim", "dario", "maya", "rosa", "ada")
"""Another model, another agency, a brand's creative, a moderator, an administrator."""
ALLOWED = ("vera", "greta")
UPLOAD = "/enrolment/vera/photographs"


class Site:
    """The studio, served; `as_one(login)` is a visitor who came in by password, None nobody."""

    def __init__(self, newcomer: Newcomer, address: str) -> None:
        self.newcomer, self.address = newcomer, address
        self._visitors: dict[str | None, Visitor] = {}

    def as_one(self, login: str | None) -> Visitor:
        if login not in self._visitors:
            visitor = Visitor(self.address)
            if login is not None:
                assert visitor.sign_in(login).status_code == 303
            self._visitors[login] = visitor
        return self._visitors[login]

    def hand_in(self, login: str | None, files: Mapping[str, bytes], path: str = UPLOAD, **fields: str) -> httpx.Response:
        """Send files as the page does; without `form` the true token of this visitor."""
        visitor = self.as_one(login)
        form = fields.pop("form", None)
        body = {"form": self._token(login) if form is None else form, **fields}
        sent = [("files", (name, content)) for name, content in files.items()]
        return visitor.client.post(path, data=body, files=sent, headers={"accept": "application/json"}, timeout=60)

    def post(self, login: str | None, path: str, **fields: str) -> httpx.Response:
        visitor = self.as_one(login)
        return visitor.client.post(path, data={"form": self._token(login), **fields}, timeout=60)

    def _token(self, login: str | None) -> str:
        return self.as_one(login).token("/sign-in" if login is None else "/")

    def standing(self) -> tuple[Any, ...]:
        """All rows and files that an attack could have changed."""
        tables = ("enrolment", "photograph", "restricted_object", "reference", "template")
        rows = [self.newcomer.database.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]
        return (*map(str, rows), *self.newcomer.files())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    newcomer = Newcomer(tmp_path_factory.mktemp("enrolling") / "home")
    newcomer.prepare()
    for login in ("vera", "wim"):
        newcomer.give_password(login, PASSWORD)
    with serving(app.build_site(newcomer.studio)) as address:
        yield Site(newcomer, address)


@pytest.fixture(scope="module")
def photograph(site: Site) -> str:
    """The id of a photograph of hers that was handed in."""
    name, content = next(iter(hers(1).items()))
    answer = site.hand_in("vera", {name: content})
    assert (answer.status_code, answer.json()) == (200, {"refused": []})
    return str(site.newcomer.database.rows("SELECT id FROM photograph WHERE name = ?", [name])[0]["id"])


def test_what_was_handed_in_lies_sealed_and_nowhere_in_the_clear(site: Site, photograph: str) -> None:
    content = next(iter(hers(1).values()))
    kept = [path for path in site.newcomer.home.rglob("*") if path.is_file()]
    assert all(content[200:260] not in path.read_bytes() for path in kept)
    assert sum(photograph in path.name for path in kept) == 3
    seen = site.as_one("greta").client.get(f"/media/photograph/{photograph}")
    assert seen.headers["content-type"] == "image/jpeg"
    assert "no-store" in seen.headers["cache-control"]
    rows = site.newcomer.events("reference.opened")
    assert [(row["actor"], row["subject"]) for row in rows][-1] == ("greta", photograph)


@pytest.mark.parametrize("login", [*OTHERS, None])
def test_nobody_else_sees_hands_in_removes_vouches_or_ends(site: Site, photograph: str, login: str | None) -> None:
    before = site.standing()
    denied = 401 if login is None else 404
    reads = ("/enrolment/vera", f"/media/photograph/{photograph}")
    assert [site.as_one(login).client.get(path).status_code for path in reads] == [denied] * 2
    tries = [
        site.hand_in(login, {"x.jpg": hers(2, 1).popitem()[1]}).status_code,
        *(
            site.post(login, f"/enrolment/vera/photograph/{act}", photograph_id=photograph).status_code
            for act in ("remove", "keep", "vouch")
        ),
        *(site.post(login, f"/enrolment/vera/end/{act}").status_code for act in ("finish", "give-up", "reopen")),
    ]
    assert tries == [denied] * 7
    assert site.standing() == before


def test_her_own_page_and_her_agencys_show_it(site: Site, photograph: str) -> None:
    for login in ALLOWED:
        page = site.as_one(login).client.get("/enrolment/vera").text
        assert f"/media/photograph/{photograph}" in page
        assert "of at least 8 photographs fit" in page
        assert "flux" in page.lower()
    assert site.as_one("wim").client.get("/enrolment/wim").status_code == 200
    assert "Photographs are taken once she has agreed" in site.as_one("wim").client.get("/enrolment/wim").text
    assert [site.as_one(one).client.get("/enrolment").status_code for one in ("vera", "dario", "maya", "ada")] == [
        200,
        200,
        404,
        404,
    ]


def test_without_her_consents_nothing_is_taken(site: Site) -> None:
    before = site.standing()
    answer = site.hand_in("wim", hers(1), path="/enrolment/wim/photographs")
    assert answer.status_code == 409
    assert "does not stand" in answer.json()["error"]
    assert site.standing() == before


@pytest.mark.parametrize("form", ["", "x", "0" * 64])
def test_a_form_of_another_page_is_refused_before_a_file_is_looked_at(site: Site, form: str) -> None:
    before = site.standing()
    assert site.hand_in("vera", hers(1), form=form).status_code == 403
    assert site.standing() == before


def test_a_token_behind_the_files_is_no_token(site: Site) -> None:
    visitor = site.as_one("vera")
    body = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\nx\r\n--b\r\n' + (
        b'Content-Disposition: form-data; name="form"\r\n\r\n' + visitor.token("/").encode() + b"\r\n--b--\r\n"
    )
    before = site.standing()
    answer = visitor.client.post(UPLOAD, content=body, headers={"content-type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 403
    assert site.standing() == before


BROKEN = {
    "bomb.png": png(30_000, 30_000, b"\x00" * 90_001),
    "text-bomb.png": encoded(gradient(), "PNG")[:33]
    + chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(900_000_000), 9))
    + encoded(gradient(), "PNG")[33:],
    "page.png": b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
    "document.jpg": b"%PDF-1.7\n" + encoded(gradient(), "JPEG"),
    "archive.png": zipped(),
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "nobody.png": BASES["png"](),
    "empty.jpg": b"",
}


def test_bombs_polyglots_and_pictures_of_nobody_are_named_and_not_kept(site: Site) -> None:
    before = site.newcomer.files()
    answer = site.hand_in("greta", BROKEN)
    assert answer.status_code == 200
    refused = answer.json()["refused"]
    assert len(refused) == len(BROKEN)
    assert all(line.count(".") >= 2 for line in refused)
    assert site.newcomer.files() == before
    page = site.as_one("vera").client.get("/enrolment/vera").text
    assert "No face was found in this photograph." in page
    assert "which the studio does not read" in page


@pytest.mark.parametrize(
    "name",
    [
        "../../../studio.sqlite",
        "..\\..\\keys\\session.key",
        "/etc/passwd",
        "a\x00b.jpg",
        "<script>alert(1)</script>.jpg",
        "é" * 300,
    ],
)
def test_a_file_is_called_what_it_is_called_and_leads_nowhere(site: Site, name: str) -> None:
    before = site.newcomer.files()
    assert site.hand_in("vera", {name: b"no picture"}).status_code in (200, 409)
    assert site.newcomer.files() == before
    called = [row["name"] for row in site.newcomer.database.rows("SELECT name FROM photograph")]
    assert all("/" not in one and "\\" not in one and "\x00" not in one and len(one) <= 80 for one in called)
    assert "<script>alert" not in site.as_one("vera").client.get("/enrolment/vera").text


@pytest.mark.parametrize(
    "path",
    [
        "/media/photograph/..%2f..%2fstudio.sqlite",
        "/media/photograph/%2e%2e%2f%2e%2e%2fkeys%2fsession.key",
        "/media/photograph/{photograph}.jpg",
        "/media/photograph/{photograph}%00",
        "/enrolment/..%2f..%2fvault",
        "/enrolment/vera/photographs",
        "/vault/references/{photograph}.photo.sealed",
    ],
)
def test_no_path_leads_to_a_file(site: Site, photograph: str, path: str) -> None:
    client = site.as_one("vera").client
    request = client.build_request("GET", client.base_url)
    request.url = request.url.copy_with(raw_path=path.format(photograph=photograph).encode())
    assert client.send(request).status_code in (404, 405)


def test_ids_that_are_none_or_of_others_lead_nowhere(site: Site, photograph: str) -> None:
    before = site.standing()
    for login, twin in (("vera", "wim"), ("vera", "../vera"), ("dario", "vera"), ("wim", "wim")):
        assert site.post(login, f"/enrolment/{twin}/photograph/remove", photograph_id=photograph).status_code in (404, 409)
    assert site.post("vera", "/enrolment/vera/photograph/remove", photograph_id="x" * 64).status_code == 404
    assert site.post("vera", "/enrolment/vera/photograph/erase", photograph_id=photograph).status_code == 404
    assert site.post("vera", "/enrolment/vera/photograph/vouch", photograph_id=photograph).status_code == 409
    assert site.post("vera", "/enrolment/vera/photograph/keep", photograph_id=photograph).status_code == 404
    assert site.post("vera", "/enrolment/vera/end/finish").status_code == 409
    assert site.post("vera", "/enrolment/vera/end/reopen").status_code == 409
    assert site.post("vera", "/enrolment/wim/end/reopen").status_code == 404
    assert site.hand_in("vera", hers(1, 1), instead="x" * 26).status_code == 404
    assert site.standing() == before


def test_thirty_one_files_are_refused_all_together(site: Site) -> None:
    before = site.standing()
    answer = site.hand_in("vera", {f"{number}.jpg": b"x" for number in range(31)})
    assert answer.status_code == 409
    assert "At most 30" in answer.json()["error"]
    answer = site.hand_in("vera", {f"{number}.jpg": b"x" for number in range(30)})  # one is there already
    assert "too many" in answer.json()["error"]
    assert site.standing() == before


def test_more_than_the_route_takes_is_refused_by_its_header_alone(site: Site) -> None:
    client, token = site.as_one("vera").client, site.as_one("vera").token("/")
    request = client.build_request("POST", UPLOAD, data={"form": token}, files=[("files", ("a.jpg", b"x"))])
    request.headers["content-length"] = str(LARGEST_UPLOAD + 1)
    assert _status(site, request) == 413
    request = client.build_request("POST", "/enrolment/vera/end/finish", content=b"x")
    request.headers["content-length"] = str(1 << 21)
    assert _status(site, request) == 413


def test_of_a_connection_that_is_lost_at_half_nothing_stays(site: Site) -> None:
    before, client = site.standing(), site.as_one("vera").client
    photographs = [("files", (name, content)) for name, content in hers(3, 4).items()]
    request = client.build_request("POST", UPLOAD, data={"form": site.as_one("vera").token("/")}, files=photographs)
    body = request.read()
    with _opened(site) as half:
        half.sendall(_head(request) + body[: len(body) // 2])
        time.sleep(0.3)
        half.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    time.sleep(0.5)
    assert site.standing() == before
    cut = body[: len(body) // 2]  # all that was announced arrives, and still it is half of a form
    answer = client.post(UPLOAD, content=cut, headers={"content-type": request.headers["content-type"]})
    assert answer.status_code == 409
    assert site.standing() == before
    assert site.hand_in("vera", {"again.jpg": b"no picture"}).status_code == 200  # and the next one is heard


def _head(request: httpx.Request) -> bytes:
    lines = [f"{request.method} {request.url.raw_path.decode()} HTTP/1.1", *(f"{k}: {v}" for k, v in request.headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _opened(site: Site) -> socket.socket:
    url = httpx.URL(site.address)
    return socket.create_connection((url.host, url.port or 80), timeout=10)


def _status(site: Site, request: httpx.Request) -> int:
    """What is answered to a request of which only the head is sent."""
    with _opened(site) as opened:
        opened.sendall(_head(request))
        return int(opened.recv(64).split()[1])
