"""What a person reads when the machine lacks something: one sentence, no traceback."""

import errno
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from ops import bootstrap, browser, ports, run
from ops.failures import CannotGoOn, said_plainly
from ops.postgres import last_words

ROOT = Path(__file__).resolve().parents[2]


def test_a_port_in_use_is_named_with_its_variable() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotGoOn, match=f"端口 {port} 已被其他程序占用.*WEB_PORT"):
            ports.demand_free(port, "WEB_PORT")
    ports.demand_free(port, "WEB_PORT")


def test_an_old_python_is_told_which_version_is_needed() -> None:
    with pytest.raises(CannotGoOn, match=r"需要 Python 3\.11 或更新的版本，当前是 3\.9"):
        bootstrap.demand_python((3, 9))
    bootstrap.demand_python((3, 11))


def test_without_any_python_the_search_says_one_sentence(tmp_path: Path) -> None:
    sh = shutil.which("sh")
    assert sh
    done = subprocess.run(
        [sh, str(ROOT / "ops" / "find-python")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "需要 Python 3.11" in done.stderr


def test_a_full_disk_is_said_before_anything_is_installed(tmp_path: Path) -> None:
    with pytest.raises(CannotGoOn, match="磁盘空间不足"):
        bootstrap.demand_space(1 << 60, tmp_path)


def test_a_full_disk_in_the_middle_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    def writes() -> int:
        raise OSError(errno.ENOSPC, "No space left on device", "/data/x")

    assert said_plainly(writes) == 1
    assert capsys.readouterr().err == "✗ 磁盘已满，无法写入 /data/x：请清理出至少 3 GB 空间后重试。\n"


def test_a_full_disk_of_the_database_is_found_in_what_its_log_says_now(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("FATAL: No space left on device\n", "utf-8")
    assert "磁盘已满" in last_words(log)
    assert last_words(log, earlier=log.stat().st_size) == "等待超时"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("npm error code ENOTFOUND", "连不上软件包仓库"),
        ("ERROR: Could not find a version that satisfies", "连不上软件包仓库"),
        ("OSError: [Errno 28] No space left on device", "磁盘已满"),
        ("hash mismatch for x", "hash mismatch for x"),
    ],
)
def test_what_an_installer_says_becomes_a_sentence(words: str, sentence: str) -> None:
    assert sentence in bootstrap.reason("软件包没有装成", words)


def test_a_missing_browser_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    with pytest.raises(CannotGoOn, match="apt-get install chromium"):
        browser.path()


def test_a_second_run_at_the_same_time_is_refused(tmp_path: Path) -> None:
    with run.only_one(tmp_path), pytest.raises(CannotGoOn, match="平台已经在运行"), run.only_one(tmp_path):
        pytest.fail("two at once")
    with run.only_one(tmp_path):
        pass
