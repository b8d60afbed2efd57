"""The house's walls: who may import whom, who reads the environment, how large a module may grow."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([ROOT / "app.py", *(ROOT / "twin").rglob("*.py"), *(ROOT / "moderation").rglob("*.py")])

TEACHING = ("moderation/faces/teaching/", "moderation/safeguards/teaching/")
"""What makes the shipped models: it needs torch, and the running studio never imports it."""
RESERVED = {
    "gradio": ("app.py", "twin/pages/", "moderation/pages/", "moderation/access/"),
    "fastapi": ("app.py", "moderation/access/"),
    "starlette": ("app.py", "moderation/access/"),
    "torch": ("twin/painters/", *TEACHING),
    "diffusers": ("twin/painters/",),
    "transformers": ("twin/painters/",),
    "huggingface_hub": ("twin/engines/hub.py",),
    "onnxruntime": ("moderation/faces/", "moderation/safeguards/"),
    "onnx": ("moderation/faces/", "moderation/safeguards/"),
    "insightface": ("moderation/faces/", "moderation/safeguards/"),
    "twin": ("app.py", "twin/"),
    "moderation": ("app.py", "moderation/"),
}
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield node.module or ""


@pytest.mark.parametrize("package", sorted(RESERVED))
def test_a_package_is_imported_only_behind_its_wall(package: str) -> None:
    behind = RESERVED[package]
    strays = [
        name_of(path)
        for path in SOURCES
        if any(module.split(".")[0] == package for module in imports_of(path)) and not name_of(path).startswith(behind)
    ]
    assert strays == []


def test_only_doors_import_pages() -> None:
    doors = ("app.py", "twin/commands.py", "twin/pages/", "moderation/pages/")
    strays = [
        name_of(path)
        for path in SOURCES
        if not name_of(path).startswith(doors)
        for module in imports_of(path)
        if ".pages" in module
    ]
    assert strays == []


def test_the_running_studio_never_teaches() -> None:
    strays = [
        name_of(path)
        for path in SOURCES
        if not name_of(path).startswith(TEACHING)
        for module in imports_of(path)
        if ".teaching" in module and name_of(path) != "app.py"
    ]
    assert strays == []


def test_only_app_reads_the_environment() -> None:
    strays = [
        name_of(path)
        for path in SOURCES
        if name_of(path) != "app.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert strays == []


def test_modules_and_functions_stay_small() -> None:
    large = []
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > LONGEST_MODULE:
            large.append(f"{name_of(path)}: {text.count(chr(10))} lines")
        large += [
            f"{name_of(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.end_lineno is not None
            and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
        ]
    assert large == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [name_of(path) for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


def test_importing_the_program_loads_neither_models_nor_pages() -> None:
    heavy = "{'torch', 'diffusers', 'huggingface_hub', 'gradio', 'onnxruntime', 'insightface', 'cv2'}"
    code = f"import sys, app; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_tracked_file_needs_what_a_public_user_lacks() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    private = ("../" + "shared", "/wo" + "rk/")
    names = [
        name for name in tracked.split("\0") if name and (ROOT / name).suffix in {".py", ".md", ".toml", ".txt", ".json", ""}
    ]
    strays = [name for name in names if (ROOT / name).is_file() and any(p in (ROOT / name).read_text("utf-8") for p in private)]
    assert strays == []
