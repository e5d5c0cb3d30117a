"""The browser of the journeys: Debian's Chromium, or any Chrome, Chromium or Edge that is installed."""

import os
import shutil
import sys

from ops.failures import CannotGoOn, said_plainly

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")


def path() -> str:
    """Return the program of the browser; BROWSER_PATH names another one.

    :raises CannotGoOn: if there is none
    """
    for name in (os.environ.get("BROWSER_PATH", ""), *NAMES):
        if name and (found := shutil.which(name)):
            return found
    raise CannotGoOn(
        "没有找到浏览器，界面测试需要它：请安装 Chromium（Debian：apt-get install chromium fonts-noto-cjk），"
        "或用环境变量 BROWSER_PATH 指定 Chrome 的位置。"
    )


def main() -> int:
    """Say which browser the tests will use."""
    print(f"▸ 浏览器 {path()}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(said_plainly(main))
