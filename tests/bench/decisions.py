"""How many decisions a second are durable, beside plain SQLite commits on the same disk; and pages while 100,000 images wait."""

import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from sqlite_utils.utils import sqlite3

from moderation.access.account import Account, Role
from moderation.database import BUSY_MS
from moderation.desk.insight import Insight
from tests.bench.measure import Measurement, seconds
from tests.moderation.scene import MAYA, MODO, NORA, Scene, insert

REVIEWERS = 50
ALONE, TOGETHER = 400, 1_000
"""Decisions by one reviewer, and by fifty at once."""
ROUNDS = 3
WAITING, LICENCES, SHOOTS = 100_000, 1_000, 100
LOOKS = 60
"""How often each page is asked for."""
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")

_RENDERS = """
WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :last)
INSERT INTO render (id, shoot_id, twin_id, licence_id, brand_id, maker_id, painter, look, seed, state, version,
    twin_epoch, licence_epoch, created_at, moved_at)
SELECT :name || printf('%06d', i), CASE :shoots WHEN 1 THEN 'halden-shoot' ELSE 'shoot-' || (i % :shoots) END, w.twin_id,
    w.licence_id, w.brand_id, 'maya', 'atelier', '{}', i, :state, 3, w.twin_epoch, w.licence_epoch,
    strftime('%Y-%m-%dT%H:%M:%f', :now, '-' || (:last - i) || ' seconds') || '000+00:00',
    strftime('%Y-%m-%dT%H:%M:%f', :now, '-' || (:last - i) || ' seconds') || '000+00:00'
FROM n JOIN licence_window w ON w.licence_id = :name || '-licence-' || (i % :licences)
"""
_SEALED = """
INSERT INTO submission (render_id, sealed_sha256, pixels_sha256, preview_sha256, width, height, bytes, source_type,
    disclosure_text, sealed_at)
SELECT id, printf('%064d', seed), printf('%064d', seed), printf('%064d', seed), 896, 1152, 1100000, 's', 'Made with AI.',
    created_at FROM render WHERE id LIKE :name || '%'
"""
_JUDGED = "INSERT INTO verdict SELECT id, 1, 'refer', created_at FROM render WHERE id LIKE :name || '%'"


class Busy(Scene):
    """The small studio with many reviewers, licences and images."""

    def wait_for(self, name: str, images: int, licences: int, shoots: int, states: Sequence[str] = ("in review",)) -> None:
        """Images in these states one after another, as if they had come in a second apart; their ids begin with `name`."""
        for number in range(licences):
            self.licence(f"{name}-licence-{number}", max_images=max(100, 2 * images // licences))
        with self.database.write("bench") as tx:
            for number in range(shoots if shoots > 1 else 0):
                row = {"id": f"shoot-{number}", "brand_id": "halden", "title": f"Shoot {number}"}
                insert(tx, "shoot", {**row, "account_id": "maya", "created_at": tx.now})
        part = images // len(states)
        for place, state in enumerate(states):
            values = {"first": place * part, "last": (place + 1) * part, "name": name, "shoots": shoots, "licences": licences}
            with self.database.write("bench") as tx:
                tx.execute(_RENDERS, {**values, "state": state, "now": tx.now})
        with self.database.write("bench") as tx:
            tx.execute(_SEALED, {"name": name})
            tx.execute(_JUDGED, {"name": name})

    def reviewers(self, number: int) -> list[Account]:
        """As many moderators."""
        made = [Account(f"m{one}", f"m{one}", f"Moderator {one}", Role.MODERATOR) for one in range(number)]
        with self.database.write("bench") as tx:
            for account in made:
                row = {"id": account.id, "login": account.login, "name": account.name, "role": "moderator"}
                insert(tx, "account", {**row, "password_hash": "!", "created_at": tx.now})
        return made


def per_second(work: Sequence[Callable[[], object]]) -> float:
    """How many of `work`, lists of acts each done by a thread of its own, were done in a second of the slowest."""
    count = 0

    def each(acts: Any) -> None:
        for act in acts:
            act()

    threads = [threading.Thread(target=each, args=[acts]) for acts in work]
    count = sum(len(acts) for acts in work)  # type: ignore[arg-type]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count / (time.perf_counter() - start)


def decisions(scene: Busy, accounts: Sequence[Account], images: Sequence[str]) -> list[list[Callable[[], object]]]:
    """For each reviewer the decisions on her share of the images, which she holds."""
    work: list[list[Callable[[], object]]] = [[] for _ in accounts]
    for place, image in enumerate(images):
        account = accounts[place % len(accounts)]
        token = scene.desk.claim(account, image)["token"]
        choice, reason = (("pass", None), ("refuse", "quality"))[place % 2]
        work[place % len(accounts)].append(
            lambda who=account, one=image, said=choice, why=reason, held=token: scene.desk.review(
                who, one, 3, said, why, "Seen.", held
            )
        )
    return work


def commits(file: Path, threads: int, number: int) -> list[list[Callable[[], object]]]:
    """For each thread its share of plain commits: one row of the size of a decision in a table of its own, as durable."""
    local = threading.local()

    def commit() -> None:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(file, isolation_level=None, timeout=BUSY_MS / 1000)
            for pragma in PRAGMAS:
                local.connection.execute(f"PRAGMA {pragma}")
        local.connection.execute("BEGIN IMMEDIATE")
        local.connection.execute("INSERT INTO plain (said) VALUES (?)", ["x" * 400])
        local.connection.execute("COMMIT")

    return [[commit] * (number // threads) for _ in range(threads)]


def compared(scene: Busy, plain: Path, accounts: Sequence[Account], images: Sequence[str]) -> tuple[list[float], list[float]]:
    """Decisions and plain commits a second, in turns."""
    mine, theirs = [], []
    share = len(images) // ROUNDS
    for turn in range(ROUNDS):
        work = decisions(scene, accounts, images[turn * share : (turn + 1) * share])
        theirs.append(per_second(commits(plain, len(accounts), share)))
        mine.append(per_second(work))
    return mine, theirs


def pages(folder: Path) -> dict[str, Any]:
    """The 95th percentile (ms) of what each page asks of a studio in which 100,000 images wait."""
    scene = Busy(folder)
    scene.wait_for("w", WAITING, LICENCES, SHOOTS, ("in review",))
    scene.wait_for("h", 5_000, 50, 1, ("her turn", "released", "refused", "approved", "change asked"))
    scene.database.tables.conn.execute("ANALYZE" if os.environ.get("ANALYZE") else "PRAGMA optimize")
    insight = Insight(scene.database)
    asked: dict[str, Callable[[], object]] = {
        "review_queue": lambda: insight.queue_for(MODO),
        "review_inbox": lambda: insight.inbox(MODO),
        "claim_next": lambda: scene.desk.claim_next(MODO),
        "one_story": lambda: insight.story(MODO, "w050000"),
        "her_waiting": lambda: insight.waiting_for_her(NORA),
        "her_images": lambda: insight.images_of_her(NORA),
        "her_inbox": lambda: insight.inbox(NORA),
        "shoot_of_1000": lambda: insight.shoot_renders(MAYA, "shoot-7"),
        "shoot_of_5000": lambda: insight.shoot_renders(MAYA, "halden-shoot"),
        "studio_inbox": lambda: insight.inbox(MAYA),
    }
    found = {}
    for name, ask in asked.items():
        ask()
        times = sorted(seconds(ask) for _ in range(LOOKS))
        found[f"{name}_p95_ms"] = round(1000 * times[int(len(times) * 0.95)], 2)
    return found


def run(_: Path | None) -> Measurement:
    """Decisions by one and by fifty reviewers, in turns with plain commits; then the pages."""
    with tempfile.TemporaryDirectory() as folder:
        home, plain = Path(folder) / "home", Path(folder) / "plain.sqlite"
        home.mkdir()
        with sqlite3.connect(plain) as connection:
            connection.execute("CREATE TABLE plain (id INTEGER PRIMARY KEY, said TEXT NOT NULL)")
        scene = Busy(home)
        crowd = scene.reviewers(REVIEWERS)
        scene.wait_for("d", ROUNDS * (ALONE + TOGETHER), 10, 1)
        images = [row["id"] for row in scene.database.rows("SELECT id FROM render ORDER BY id")]
        one, plain_one = compared(scene, plain, crowd[:1], images[: ROUNDS * ALONE])
        many, plain_many = compared(scene, plain, crowd, images[ROUNDS * ALONE :])
        (home / "pages").mkdir()
        figures = {
            "decisions_per_s_1": round(median(one)),
            "plain_per_s_1": round(median(plain_one)),
            "ratio_1": round(median(one) / median(plain_one), 2),
            "decisions_per_s_50": round(median(many)),
            "plain_per_s_50": round(median(plain_many)),
            "ratio_50": round(median(many) / median(plain_many), 2),
            **pages(home / "pages"),
            "load": os.getloadavg()[0],
        }
    mine, theirs = 1 / median(one), 1 / median(plain_one)
    spread = (1 / max(one), 1 / min(one))
    ran = f"a moderator's decision with its move and its audit row, committed durably; {ALONE} of one, {TOGETHER} of {REVIEWERS}"
    return Measurement("decisions", ran, ROUNDS, mine, spread, "a plain commit", theirs, mine / theirs, figures)
