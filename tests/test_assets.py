"""What is shipped beside the code: told of in assets/README.md, and honest about who is trained on."""

import json
from pathlib import Path

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "assets"


def test_everything_under_assets_states_its_origin_and_licence() -> None:
    rows = [line.split("|") for line in (ASSETS / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    told = {row[1].strip().strip("`").rstrip("/"): row for row in rows if len(row) == 6}
    shipped = {path.name for path in ASSETS.iterdir() if path.name != "README.md" and not path.name.startswith(".")}
    assert shipped <= set(told)
    assert all(row[3].strip() and row[4].strip() in ("CC0-1.0", "Apache-2.0") for row in told.values())


def test_no_picture_that_a_twin_is_recognised_by_is_trained_on() -> None:
    ids, poses = {}, {}
    for folder in ("references", "plates"):
        lines = [json.loads(line) for line in (ASSETS / folder / "plates.jsonl").read_text(encoding="utf-8").splitlines()]
        ids[folder] = {line["id"] for line in lines}
        poses[folder] = {(line["twin"], line["garment"], json.dumps(line["pose"], sort_keys=True)) for line in lines}
    assert not ids["references"] & ids["plates"]
    assert not poses["references"] & poses["plates"]
