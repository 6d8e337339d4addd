"""A built wheel works by itself, because it holds templates, migrations and all else it needs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Exactly what a build reads, so that nothing from an earlier build gets into the wheel.
SOURCES = ("engine", "connectors", "pyproject.toml", "README.md", "LICENSE")

pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path) -> str:
    """Run a command that must succeed; what it writes to stdout."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(ROOT / name, source)
    build = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation")
    run(sys.executable, *build, "--wheel-dir", built, source, folder=built)
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of a fresh environment, into which the wheel is installed.

    Its libraries are those of the environment that runs the tests, so that it needs no network.
    Handrail itself is not among them, because Python reads no .pth file beside a folder that a
    .pth file names.
    """
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, symlinks=True)
    scheme = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", scheme))
    (packages / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    install = ("-m", "pip", "--python", folder / "bin/python", "install", "--quiet", "--no-deps")
    run(sys.executable, *install, "--no-index", wheel, folder=folder)
    return folder / "bin"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the shipped configuration and rules."""
    shutil.copy(ROOT / "config.yaml", tmp_path)
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    return tmp_path


def test_the_installed_package_comes_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    where = run(
        installed / "python", "-c", "import engine; print(engine.__path__)", folder=tmp_path
    )
    assert str(ROOT) not in where


def test_check_finds_no_mistake_in_the_shipped_rules(installed: Path, site: Path) -> None:
    assert "no mistakes" in run(installed / "handrail", "check", folder=site)


def test_run_migrates_a_new_database_reads_a_caseload_and_texts(
    installed: Path, site: Path
) -> None:
    assert "Handrail: " in run(installed / "handrail", "run", "--once", "--sample", folder=site)


def test_the_page_of_a_preview_is_written(installed: Path, site: Path) -> None:
    run(installed / "handrail", "run", "--once", "--sample", folder=site)
    run(installed / "handrail", "preview", "--html", "page.html", folder=site)
    assert "<h1>Handrail preview</h1>" in (site / "page.html").read_text("utf-8")
