"""What is installed: every file that the package reads is in its wheel, and the wheel stays small."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_the_wheel_has_every_file_of_the_package_and_stays_small(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source / name)
    shutil.copytree(ROOT / "rag", source / "rag", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path), str(source)]
    subprocess.run(command, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("rag/")}
    there = {path.relative_to(source).as_posix() for path in (source / "rag").rglob("*") if path.is_file()}
    assert packed == there
    assert "rag/data/reader/adapter.safetensors" in packed
    assert wheel.stat().st_size <= 8_000_000
