"""What a newcomer or a hosted Space installs is what the project declares."""

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MEGABYTE = 1_000_000


def declared() -> list[str]:
    return [*PROJECT["dependencies"], *(d for extra in PROJECT["optional-dependencies"].values() for d in extra)]


def lines_of(name: str) -> list[str]:
    return [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]


def test_requirements_equal_the_declared_dependencies() -> None:
    assert lines_of("requirements.txt") == PROJECT["dependencies"]


def test_every_declared_dependency_is_pinned_and_locked() -> None:
    locked = {line.split("==")[0].lower().replace("_", "-"): line.split("==")[1] for line in lines_of("constraints.txt")}
    for requirement in declared():
        name, version = re.fullmatch(r"([A-Za-z0-9_-]+)(?:\[[a-z0-9]+\])?==([0-9.]+)", requirement).groups()  # type: ignore[union-attr]
        assert locked[name.lower().replace("_", "-")] == version, requirement


def test_torch_stays_where_its_download_is_small() -> None:
    assert "torch==2.13.0" in PROJECT["dependencies"]


def test_the_space_front_matter_agrees_with_the_project() -> None:
    front = (ROOT / "README.md").read_text().split("---")[1]
    said = dict(line.split(": ", 1) for line in front.strip().splitlines())
    assert said["sdk"] == "gradio"
    assert f"gradio=={said['sdk_version']}" in PROJECT["dependencies"]
    assert said["app_file"] == "app.py"
    assert said["python_version"].strip('"') == "3.11"
    assert said["license"] == "apache-2.0"


def test_the_readme_shows_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "python -m pip install -e . && python app.py" in readme
    assert "python -m pip install -e '.[test]' && python -m pytest" in readme


def test_tracked_files_stay_under_sixty_megabytes() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    sizes = [(ROOT / name).stat().st_size for name in listed.split("\0") if name and (ROOT / name).exists()]
    assert sum(sizes) <= 60 * MEGABYTE


def test_a_shard_of_weights_is_at_most_fifteen_megabytes() -> None:
    weights = [*(ROOT / "assets").rglob("*.safetensors"), *(ROOT / "assets").rglob("*.onnx")]
    assert weights
    assert max(path.stat().st_size for path in weights) <= 15 * MEGABYTE
    assert sum(path.stat().st_size for path in weights) <= 40 * MEGABYTE
