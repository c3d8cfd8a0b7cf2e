"""The checks' folder in memory: taken where there is room, gone afterwards, whatever became of the last run."""

from pathlib import Path

import pytest

from local import memory

PLENTY = f"MemTotal: 9999999 kB\nMemAvailable: {memory.NEEDED // 1024} kB\n"


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in for /dev/shm, with room."""
    folder = tmp_path / "shm"
    folder.mkdir()
    monkeypatch.setattr(memory, "has_room", lambda _folder: True)
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def test_it_is_in_memory_and_goes(shared: Path, data: Path) -> None:
    with memory.folder(data, shared) as made:
        assert made.parent == shared
        assert made.stat().st_mode & 0o777 == 0o711, "who serves the database passes, and looks at nothing"
        (made / "file").touch()
        assert memory.passable(made / "tmp").stat().st_mode & 0o777 == 0o711
    assert list(shared.iterdir()) == []
    assert list(data.iterdir()) == []


def test_it_goes_after_an_error(shared: Path, data: Path) -> None:
    with pytest.raises(KeyboardInterrupt), memory.folder(data, shared):
        raise KeyboardInterrupt
    assert list(shared.iterdir()) == []


def test_what_a_killed_run_left_is_removed(shared: Path, data: Path) -> None:
    killed = memory.folder(data, shared)
    left = killed.__enter__()
    (left / "postgres").mkdir()
    with memory.folder(data, shared) as made:
        assert not left.exists()
        assert list(shared.iterdir()) == [made]


def test_without_room_it_is_the_data_folder(
    shared: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "kept").touch()
    monkeypatch.setattr(memory, "has_room", lambda _folder: False)
    with memory.folder(data, shared) as made:
        assert made == data
    assert [path.name for path in data.iterdir()] == ["kept"]
    assert list(shared.iterdir()) == []


@pytest.mark.parametrize(
    ("meminfo", "free", "room"),
    [
        (PLENTY, memory.NEEDED, True),
        (PLENTY, memory.NEEDED - 1, False),
        (PLENTY.replace("MemAvailable", "MemFree"), memory.NEEDED, False),
        ("MemAvailable: 1000000 kB\n", memory.NEEDED, False),
        ("", memory.NEEDED, False),
    ],
)
def test_room_is_asked_of_folder_and_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meminfo: str, free: int, room: bool
) -> None:
    (tmp_path / "meminfo").write_text(meminfo)
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("Usage", (), {"free": free}))
    assert memory.has_room(tmp_path, tmp_path / "meminfo") is room


def test_no_shared_memory_is_no_room(tmp_path: Path) -> None:
    assert not memory.has_room(tmp_path / "none")
