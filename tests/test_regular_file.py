"""Only regular files are read, also through links; no other is waited for or read endlessly."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from engine.errors import MistakesError, UserError
from engine.model.secret import Secret
from engine.regular_file import read_regular
from engine.yaml_source import YamlSource

OTHERS = ("folder", "pipe", "device", "socket")


def make(folder: Path, kind: str) -> Path:
    path = folder / kind
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        # A socket's path may have a hundred characters at most, so it is bound from its folder.
        before = Path.cwd()
        os.chdir(folder)
        try:
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(kind)
        finally:
            os.chdir(before)
    return path


def test_a_file_is_read_so_far_also_through_links(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    (tmp_path / "data").symlink_to("file")
    (tmp_path / "link").symlink_to("data")
    assert read_regular(tmp_path / "link", 100) == b"0123456789"
    assert read_regular(tmp_path / "link", 4) == b"0123"


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("linked", [False, True])
def test_nothing_else_is_opened(tmp_path: Path, kind: str, linked: bool) -> None:
    path = make(tmp_path, kind)
    if linked:
        (tmp_path / "link").symlink_to(path)
        path = tmp_path / "link"
    complaint = f"it is a {kind}, and only files are read"
    with pytest.raises(OSError, match=complaint):
        read_regular(path, 10)
    with pytest.raises(MistakesError, match=f"cannot be read: {complaint}"):
        YamlSource.read(path)
    with pytest.raises(UserError, match=f"cannot be read: {complaint}"):
        Secret(file=path).read({})
