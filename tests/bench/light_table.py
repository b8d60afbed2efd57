"""How long the light table takes: from a slider's event in a real browser to the decoded picture, and what of it develops.

It needs Chromium and a home of its own; an image of Nora is painted into it first. Two cores are what the studio promises for.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.bench.measure import Measurement, seconds
from tests.journeys.conftest import free_port
from twin.looks.lookbook import Lookbook
from twin.looks.wardrobe import Wardrobe
from twin.plates.darkroom import PROOF_BOX
from twin.plates.plate import develop, read_index, read_plate, reduced, settle
from twin.plates.proofing import OpenPlate

ROOT = Path(__file__).parents[2]
MOVES = 30
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
MOVE = """async (value) => {
  const source = () => document.querySelector('#proof img')?.src;
  const slider = document.querySelector('#key-strength input[type=range]');
  const before = source(), began = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  while (source() === before) await new Promise(requestAnimationFrame);
  await document.querySelector('#proof img').decode();
  return performance.now() - began;
}"""


def run(_: Path | None) -> Measurement:
    """Move the key lamp thirty times; the baseline develops one picture of that size exactly and does nothing else."""
    with _studio() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        _lay(page, address)
        strengths = [0.3 + 2.4 * (7 * i % MOVES) / MOVES for i in range(MOVES)]
        took = [page.evaluate(MOVE, strength) / 1000 for strength in strengths[:5] + strengths][5:]
        browser.close()
    exact, proof = _developing()
    alone, proofs = ([seconds(act) for _ in range(MOVES)] for act in (exact, proof))
    median, base = statistics.median(took), statistics.median(alone)
    figures = {
        "ninth_in_ten_s": round(sorted(took)[int(0.9 * MOVES)], 4),
        "proof_s": round(statistics.median(proofs), 4),
        "load": os.getloadavg()[0],
        "cores": os.cpu_count(),
    }
    ran = "from the slider's event to the decoded picture, in Chromium"
    span = (min(took), max(took))
    return Measurement("light_table", ran, MOVES, median, span, "developing exactly, alone", base, median / base, figures)


def _lay(page: Page, address: str) -> None:
    page.set_default_timeout(180_000)
    page.goto(address)
    page.locator('form[action="/demo/enter/maya"] button').click()
    page.locator("#twin label", has_text="Nora").click()
    page.get_by_role("button", name="Generate").click()
    page.get_by_role("button", name="Light table").click()
    page.locator("#proof img").wait_for()


def _developing() -> tuple[Callable[[], object], Callable[[], object]]:
    """The exact development at the size of a proof, and the proof's own."""
    line = next(line for line in read_index(ROOT / "assets" / "plates") if line["twin"] == "nora")
    plate = reduced(settle(read_plate(ROOT / "assets" / "plates", line)), PROOF_BOX)
    look = Lookbook.read(ROOT / "assets" / "looks").looks[0].worn_by("nora", Wardrobe.read(ROOT / "assets" / "wardrobe.json"))
    laid = OpenPlate.of(plate)
    return lambda: develop(plate, look), lambda: laid.develop(look)


@contextmanager
def _studio() -> Iterator[str]:
    """A studio in a home of its own, open until the end."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "app.py", "--home", str(Path(folder) / "home"), "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        try:
            assert process.stderr is not None
            next(line for line in process.stderr if "The studio is open" in line)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)
