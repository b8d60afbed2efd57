"""Every route of the site, found by walking it, by every method, as nobody and as two accounts of every role."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.routing import Mount

from tests.attacks.arguments import ABSENT
from tests.attacks.intruder import Theatre
from tests.attacks.stage import PAIRS, ZONES, changes
from tests.attacks.test_consents import draft_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SIGNED = tuple(itertools.chain(*PAIRS.values()))
WHO = (None, *SIGNED)
EVERYBODY = dict.fromkeys(WHO, 200)


def only(*logins: str, nobody: int = 401, others: int = 404) -> dict[str | None, int]:
    """200 for these; what the others and nobody get."""
    return {login: 200 if login in logins else nobody if login is None else others for login in WHO}


def always(status: int, nobody: int | None = None) -> dict[str | None, int]:
    """One answer for everybody, and perhaps another for nobody."""
    return {login: status if login or nobody is None else nobody for login in WHO}


NORAS = ("maya", "rosa", "idris", "nora", "greta", "ada", "adam")
"""Who sees an image of Nora's that was made for Osterby and judged: neither the other brand nor other models and agencies."""
RECEIPTS = ("", "/receipt", "/receipt.json")
OWN = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/form-token"): only(*SIGNED),
    ("GET", "/favicon.ico"): always(307),
    ("GET", "/enrolment"): only("nora", "mei", "greta", "dario"),
    ("GET", "/enrolment/{twin_id}"): only("nora", "greta"),
    ("POST", "/enrolment/{twin_id}/photographs"): always(403, nobody=401),
    ("POST", "/enrolment/{twin_id}/photograph/{act}"): always(403, nobody=401),
    ("POST", "/enrolment/{twin_id}/end/{act}"): always(403, nobody=401),
    ("GET", "/media/photograph/{photograph_id}"): always(404, nobody=401),
    ("GET", "/repaint/{base_id}"): only("maya"),
    ("GET", "/repaint/{base_id}/part/{name}"): only("maya"),
    ("POST", "/repaint/{base_id}"): always(403, nobody=401),
    ("GET", "/repaint"): only("maya", "theo"),
    ("POST", "/repaint"): always(403, nobody=401),
    ("POST", "/repaint/{base_id}/remove"): always(403, nobody=401),
    ("GET", "/media/base/{base_id}"): always(404, nobody=401),
    ("GET", "/health"): EVERYBODY,
    ("GET", "/sign-in"): EVERYBODY,
    ("POST", "/sign-in"): always(403),
    ("POST", "/sign-out"): always(403),
    ("GET", "/invitation/{token}"): always(404),
    ("POST", "/invitation/{token}"): always(403),
    ("POST", "/demo/enter/{login}"): always(403),
    ("GET", "/media/preview/{render_id}"): only("maya", "rosa", "idris", "nora", "greta"),
    ("GET", "/media/progress/{render_id}"): only("maya", "nora", "greta"),
    ("GET", "/media/portrait/{twin_id}"): EVERYBODY,
    ("GET", "/media/reference/{reference_id}"): only("rosa", "nora"),
    ("GET", "/statements"): only("nora", "mei", "greta", "dario", "ada", "adam"),
    ("GET", "/statements/{party}/{party_id}/{month}"): only("nora", "greta", "ada", "adam"),
    ("GET", "/statements/{party}/{party_id}/{month}/csv"): only("nora", "greta", "ada", "adam"),
    ("POST", "/statements/{party}/{party_id}/{month}/payout"): always(403, nobody=401),
    ("GET", "/decisions"): only("rosa", "idris", "ada", "adam"),
    ("POST", "/decisions/csv"): always(403, nobody=401),
    ("POST", "/decisions/{render_id}/undo"): always(403, nobody=401),
    ("GET", "/retention"): EVERYBODY,
    ("GET", "/insights"): EVERYBODY,
    ("GET", "/notices"): only(*SIGNED),
    ("POST", "/notices/read"): always(403, nobody=401),
    ("POST", "/notices/{notice_id}/open"): always(403, nobody=401),
    ("POST", "/notices/{notice_id}/unread"): always(403, nobody=401),
    ("GET", "/notice/{token}"): always(404),
    ("POST", "/notice/{token}"): always(403),
    ("GET", "/my-data"): only("nora", "mei"),
    ("POST", "/my-data/copy"): always(403, nobody=401),
    ("POST", "/my-data/erase"): always(403, nobody=401),
    ("POST", "/statement/my-data/erase"): always(403, nobody=401),
    ("GET", "/scales"): only("rosa", "idris", "ada", "adam"),
    ("GET", "/media/look/{name}"): only(*SIGNED),
    ("POST", "/light-table/{render_id}"): always(403, nobody=401),
    ("GET", "/witness"): only(*SIGNED),
    ("POST", "/witness"): always(403, nobody=401),
    **{("GET", f"/revocation/{{taking_back_id}}{more}"): only("nora", "greta", "ada", "adam") for more in RECEIPTS},
    ("GET", "/recalls"): only("maya", "theo"),
    ("POST", "/recalls/acknowledge"): always(403, nobody=401),
    ("POST", "/recalls/deleted"): always(403, nobody=401),
    ("POST", "/release/{render_id}/download"): always(403, nobody=401),
    ("GET", "/download/{token}"): always(404, nobody=401),
    ("GET", "/agency"): only("greta", "dario"),
    ("GET", "/agency/person/{person_id}"): only("greta"),
    ("GET", "/agency/person/{person_id}/consent/{kind}"): only("greta"),
    ("POST", "/agency/person/{person_id}/consent/{kind}"): always(403, nobody=401),
    ("POST", "/agency/person/{person_id}/draft/{draft_id}/withdraw"): always(403, nobody=401),
    ("GET", "/agency/licence/{consent_id}"): only("greta"),
    ("POST", "/agency/licence/{consent_id}"): always(403, nobody=401),
    ("GET", "/agency/rates"): only("greta", "dario"),
    ("GET", "/agency/rates/next"): only("greta", "dario"),
    ("POST", "/agency/rates/next"): always(403, nobody=401),
    ("GET", "/image/{render_id}"): only("maya", "rosa", "idris", "nora", "greta"),
    ("POST", "/image/{render_id}/comment"): always(403, nobody=401),
    ("POST", "/image/{render_id}/refuse-for-her"): always(403, nobody=401),
    ("GET", "/my-agency"): only("nora", "mei"),
    ("POST", "/my-agency"): always(403, nobody=401),
    ("POST", "/statement/my-agency"): always(403, nobody=401),
    ("GET", "/admin"): only("ada", "adam"),
    ("POST", "/admin/verify"): always(403, nobody=401),
    ("POST", "/admin/account/disable"): always(403, nobody=401),
    ("POST", "/admin/account/invite"): always(403, nobody=401),
    ("GET", "/password"): only(*SIGNED),
    ("POST", "/password"): always(403, nobody=401),
    ("GET", "/my-key"): only("nora", "mei"),
    ("GET", "/key/{person_id}"): always(404, nobody=401),
    ("POST", "/key/{person_id}"): always(403, nobody=401),
    ("POST", "/my-key"): always(403, nobody=401),
    ("POST", "/my-key/statement"): always(403, nobody=401),
    ("POST", "/confirm"): always(403, nobody=401),
    ("POST", "/statement/image/{render_id}"): always(403, nobody=401),
    ("POST", "/statement/taking-back/{scope}/{subject_id}"): always(403, nobody=401),
    ("GET", "/approval/{render_id}"): only(*NORAS),
    ("GET", "/consents"): only("nora", "mei", "greta", "dario"),
    ("GET", "/consent/{document_id}"): only("nora", "greta", "maya", "theo"),
    ("GET", "/consent-draft/{draft_id}"): only("nora", "greta"),
    ("POST", "/consent-draft/{draft_id}/sign"): always(403, nobody=401),
    ("POST", "/consent-draft/{draft_id}/decline"): always(403, nobody=401),
    ("POST", "/statement/consent/{draft_id}"): always(403, nobody=401),
    **{("GET", zone): {**only(*PAIRS[role], others=401), **dict.fromkeys(PAIRS[role], 307)} for zone, role in ZONES.items()},
}
"""Without a form's token no form does anything; what they do with one is told in other tests."""
PAGES_NEED = {
    *(("GET", path) for path in ("/", "/config", "/config/", "/theme.css", "/manifest.json", "/favicon.ico")),
    *(("GET", path) for path in ("/assets/{path:path}", "/static/{path:path}", "/svelte/{path:path}")),
    *(("GET", f"/gradio_api/{path}") for path in ("theme.css", "queue/data", "startup-events", "heartbeat/{session_hash}")),
    *(("POST", f"/gradio_api/{path}") for path in ("queue/join", "run/{api_name}", "run/{api_name}/", "cancel")),
    *(("POST", f"/gradio_api/{path}") for path in ("reset", "reset/")),
    ("HEAD", "/"),
}
"""What Gradio serves and a page of ours needs; everything else of Gradio's is closed even to the zone's own role."""


def routes_of(router: Any) -> Iterator[tuple[str, str]]:
    """Method and path of every route, those of included routers too; mounts aside."""
    for route in router.routes:
        if hasattr(route, "original_router"):
            yield from routes_of(route.original_router)
        elif not isinstance(route, Mount):
            yield from ((method, route.path) for method in route.methods)


def filled(theatre: Theatre, path: str) -> str:
    """A path with an id for each of its fields: of an image of Nora's made for Osterby, being painted where it shows that.

    For a reference of hers, Rosa and nobody else holds an image of Nora's.
    """
    stage = theatre.stage
    if path.startswith("/media/reference"):
        stage.hold("rosa", stage.cast["maya", "nora", "in review"])
    image = stage.bring("painting") if path.startswith("/media/progress") else stage.cast["maya", "nora", "approved"]
    taken = stage.database.rows("SELECT id FROM taking_back WHERE subject_id = ?", [stage.cast["maya", "nora", "recalled"]])
    stage.house.settle()
    known = {"render_id": image, "twin_id": "nora", "login": "nora", "reference_id": "nora_front", "name": "gel"}
    if path.startswith("/repaint"):
        known |= {"base_id": image, "name": "backdrop"}
    known |= {"party": "person", "party_id": "nora", "month": "2026-05"}
    known |= {"person_id": "nora", "kind": "painting", "consent_id": "nora-1"}
    known |= {"taking_back_id": taken[0]["id"], "document_id": "nora-1"}
    if "{draft_id}" in path:
        known["draft_id"] = draft_of(stage)
    return re.sub(r"\{(\w+)(?::path)?\}", lambda field: known.get(field[1], ABSENT), path)


def status_of(theatre: Theatre, login: str | None, method: str, path: str) -> int:
    """What a request is answered, without waiting for streams to end."""
    kind = {"json": {}} if method == "POST" and "/gradio_api/" in path else {}
    with theatre.as_one(login).client.stream(method, path, **kind) as answer:  # type: ignore[arg-type]
        return answer.status_code


def test_every_route_of_ours_is_known_here(theatre: Theatre) -> None:
    found = {(method, path) for method, path in routes_of(theatre.site) if method != "HEAD"}
    assert found == OWN.keys()
    assert {route.path for route in theatre.site.routes if isinstance(route, Mount)} == {*ZONES, "/assets/theme"}


@pytest.mark.parametrize(("method", "path"), OWN, ids=[" ".join(one) for one in OWN])
def test_each_route_of_ours_answers_each_account_as_the_table_says(theatre: Theatre, method: str, path: str) -> None:
    address = filled(theatre, path)
    before = theatre.stage.rows()
    assert {login: status_of(theatre, login, method, address) for login in WHO} == OWN[method, path]
    there = {one for one, known in OWN if known == path}
    for other, login in itertools.product((one for one in METHODS if one not in there), (None, "maya", "ada")):
        status = status_of(theatre, login, other, address)
        same = other == "HEAD" and status == OWN[method, path][login]
        assert same or status in (401, 404, 405), (other, login)
    assert changes(before, theatre.stage.rows()) == set()


@pytest.mark.parametrize("zone", ZONES)
def test_of_what_gradio_serves_only_what_a_page_needs_is_open_and_to_its_role_alone(theatre: Theatre, zone: str) -> None:
    owner = PAIRS[ZONES[zone]][0]
    strangers = itertools.cycle(login for role, pair in PAIRS.items() if role is not ZONES[zone] for login in pair)
    mounted = next(route.app for route in theatre.site.routes if isinstance(route, Mount) and route.path == zone)
    routes = {(method, path) for method, path in routes_of(mounted) if not path.endswith("openapi.json")}
    assert routes >= PAGES_NEED
    before = theatre.stage.rows()
    for method, path in sorted(routes):
        address = zone + filled(theatre, path)
        for login in (None, next(strangers)):
            assert status_of(theatre, login, method, address) == 401, (login, method, path)
        own = status_of(theatre, owner, method, address)
        closed = own == 404 if (method, path) not in PAGES_NEED else own not in (401, 403)
        assert closed, (method, path, own)
    assert changes(before, theatre.stage.rows()) == set()


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=%2Fetc%2Fpasswd",
        "/gradio_api/file=http://127.0.0.1:1/x",
        "/gradio_api/file={home}/studio.sqlite",
        "/gradio_api/file={home}/vault/originals/{image}.png",
        "/gradio_api/file/{home}/vault/originals/{image}.png",
        "/file={home}/vault/originals/{image}.png",
        "/static/..%2F..%2F..%2F..%2F..%2Fetc%2Fpasswd",
        "/assets/..%2F..%2F..%2F..%2F..%2F..%2Fetc%2Fpasswd",
        "/svelte/..%2F..%2F..%2F..%2F..%2F..%2Fetc%2Fpasswd",
        "/gradio_api/proxy=http://127.0.0.1:1/x",
        "/?deep_link=x",
        "//gradio_api/upload",
        "/gradio_api//upload",
        "/GRADIO_API/upload",
    ],
)
def test_no_path_of_a_zone_leads_to_a_file(theatre: Theatre, path: str) -> None:
    stage = theatre.stage
    wanted = path.format(home=stage.studio.home.folder, image=stage.cast["maya", "nora", "approved"])
    for (zone, role), method in itertools.product(ZONES.items(), ("GET", "HEAD", "POST")):
        assert status_of(theatre, PAIRS[role][0], method, zone + wanted) in (400, 403, 404, 405), (zone, method)


@pytest.mark.parametrize(
    "path",
    [
        "/assets/theme/../../app.py",
        "/assets/theme/..%2f..%2fapp.py",
        "/assets/theme/%2e%2e/%2e%2e/app.py",
        "/assets/theme//etc/passwd",
        "/assets/theme/%2fetc%2fpasswd",
        "/media/preview/..%2f..%2fstudio.sqlite",
        "/media/preview/%2e%2e%2fvault%2foriginals%2f{image}",
        "/media/preview/{image}.png",
        "/media/preview/{image}%00",
        "/media/progress/..%2fpreviews%2f{image}",
        "/media/portrait/..%2f..%2f..%2fREADME.md",
        "/media/portrait/nora.jpg",
        "/media/reference/nora_front_light.avif",
        "/media/reference/..%2freferences%2fnora_front_light.avif",
        "/media/reference/%2e%2e%2f%2e%2e%2fassets%2fplates%2fnora_g00_light.avif",
        "/media/look/gel.json",
        "/media/look/..%2fdemo%2fportraits%2fnora",
        "/media/look/%2e%2e%2fatelier%2fREADME",
        "/download/..%2fvault%2foriginals%2f{image}.png",
        "/vault/originals/{image}.png",
        "/previews/{image}.jpg",
        "/studio.sqlite",
        "/docs",
        "/openapi.json",
    ],
)
def test_no_path_of_ours_leads_out_of_its_folder(theatre: Theatre, path: str) -> None:
    wanted = path.format(image=theatre.stage.cast["maya", "nora", "approved"])
    for login in (None, "maya", "ada"):
        # The path as it stands: a client that tidies it up would be no attacker.
        client = theatre.as_one(login).client
        request = client.build_request("GET", client.base_url)
        request.url = request.url.copy_with(raw_path=wanted.encode())
        assert client.send(request).status_code in (401, 404), login
