"""The vault keeps what it took: against a power cut at any moment, and against anybody who changes a file.

The disk here remembers a file's content from its sync on and a name from its folder's sync on; of the rest it
keeps nothing ("forgetful") or the names without the content ("hasty"): both are what real disks do.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from billing.store.vault import Vault

SCAN = b"a signed slip" * 1000


class Recorder:
    """Stands in for `os.fsync`: keeps what is durable, by inode, and looks at the disk at each sync."""

    def __init__(self, root: Path, ignored: Callable[[int], bool] = lambda mode: False) -> None:
        self.root = root
        self.contents: dict[int, bytes] = {}
        self.names: dict[int, dict[str, int]] = {}
        self.moments: list[dict[str, bytes]] = []
        self._ignored = ignored
        for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
            self._keep_names(folder)

    def __call__(self, descriptor: int) -> None:
        self.moments.append(self.hasty())
        found = os.fstat(descriptor)
        if self._ignored(found.st_mode):
            return
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if stat.S_ISDIR(found.st_mode):
            self._keep_names(path)
        else:
            self.contents[found.st_ino] = path.read_bytes()

    def _keep_names(self, folder: Path) -> None:
        entries = {entry.name: entry.stat().st_ino for entry in folder.iterdir()}
        self.names[folder.stat().st_ino] = entries

    def forgetful(self) -> dict[str, bytes]:
        """Files found after a cut now, when only synced names are left."""
        found: dict[str, bytes] = {}
        waiting = [self.root.stat().st_ino]
        while waiting:
            for name, inode in self.names.get(waiting.pop(), {}).items():
                if inode in self.contents:
                    found[name] = self.contents[inode]
                waiting.append(inode)
        return found

    def hasty(self) -> dict[str, bytes]:
        """Files found after a cut now, when every name is left, and of contents what was synced."""
        files = (path for path in self.root.rglob("*") if path.is_file())
        return {path.name: self.contents.get(path.stat().st_ino, b"") for path in files}


@pytest.fixture
def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder(tmp_path)
    monkeypatch.setattr(os, "fsync", recorder)
    return recorder


def test_what_was_put_survives_a_power_cut(tmp_path: Path, recorder: Recorder) -> None:
    sha256 = Vault(tmp_path / "vault").put(SCAN)
    assert recorder.forgetful()[sha256] == recorder.hasty()[sha256] == SCAN


def test_a_cut_at_any_moment_leaves_the_whole_file_or_none(tmp_path: Path, recorder: Recorder) -> None:
    sha256 = Vault(tmp_path / "vault").put(SCAN)
    assert recorder.moments
    assert {moment.get(sha256, SCAN) for moment in recorder.moments} == {SCAN}


@pytest.mark.parametrize("ignored", [stat.S_ISREG, stat.S_ISDIR], ids=["file", "folders"])
def test_without_a_sync_it_would_be_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ignored: Callable[[int], bool]
) -> None:
    """The control: were this green, the disk would not forget and the tests above prove nothing."""
    recorder = Recorder(tmp_path, ignored)
    monkeypatch.setattr(os, "fsync", recorder)
    sha256 = Vault(tmp_path / "vault").put(SCAN)
    assert sha256 not in recorder.forgetful()


def test_a_file_that_is_there_but_not_synced_is_synced_before_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else was killed between writing it and syncing its folder."""
    vault = Vault(tmp_path / "vault")
    recorder = Recorder(tmp_path, stat.S_ISDIR)
    monkeypatch.setattr(os, "fsync", recorder)
    vault.put(SCAN)
    recorder._ignored = lambda mode: False
    sha256 = vault.put(SCAN)
    assert recorder.forgetful()[sha256] == SCAN


def test_a_killed_put_leaves_no_file_under_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(descriptor: int) -> None:
        raise KeyboardInterrupt

    vault = Vault(tmp_path)
    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        vault.put(SCAN)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_same_content_is_one_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    assert vault.put(SCAN) == vault.put(SCAN)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    assert vault.get(vault.put(SCAN)) == SCAN


def test_a_changed_file_is_told_instead_of_given(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    path = vault.path(vault.put(SCAN))
    path.chmod(0o600)
    path.write_bytes(SCAN + b".")
    with pytest.raises(ValueError, match="not what was put"):
        vault.get(path.name)
