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
# Links of the packages lead to these, so that a new site gets the shipped files.
LINKED = ("rules", "plans", "letters", "matching.yaml", "config.yaml", "deploy")

pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path) -> str:
    """Run a command that must succeed; what it writes to stdout."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES + LINKED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "sample.yaml")
            shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=ignored)
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


@pytest.fixture(scope="module")
def site(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new site, as the installed program writes it."""
    folder = tmp_path_factory.mktemp("site")
    run(installed / "handrail", "init", folder, folder=folder)
    return folder


@pytest.fixture(scope="module")
def sampled(installed: Path, site: Path) -> str:
    """What the first run of the new site prints, with the sample in its inbox."""
    return run(installed / "handrail", "run", "--once", "--sample", folder=site)


def test_the_installed_package_comes_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    where = run(
        installed / "python", "-c", "import engine; print(engine.__path__)", folder=tmp_path
    )
    assert str(ROOT) not in where


def test_check_finds_nothing_in_a_new_site(installed: Path, site: Path) -> None:
    assert "no mistakes, no warnings" in run(installed / "handrail", "check", folder=site)


def test_the_unit_of_a_new_site_runs_the_installed_program_in_it(
    installed: Path, site: Path
) -> None:
    unit = (site / "handrail.service").read_text("utf-8").splitlines()
    assert f"ExecStart={installed}/handrail run --config {site}/config.yaml" in unit


def test_run_migrates_a_new_database_reads_a_caseload_and_texts(sampled: str) -> None:
    assert "Handrail: " in sampled


@pytest.mark.usefixtures("sampled")
def test_the_page_of_a_preview_is_written(installed: Path, site: Path) -> None:
    run(installed / "handrail", "preview", "--html", "page.html", folder=site)
    assert "<h1>Handrail preview</h1>" in (site / "page.html").read_text("utf-8")
