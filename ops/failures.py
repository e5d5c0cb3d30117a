"""What can go wrong on a machine, each said in one sentence that tells the person what to do."""

import errno
import sys
from collections.abc import Callable


class CannotGoOn(Exception):
    """The machine lacks something; the message is one sentence fit to show."""


def sentence_for(error: OSError) -> str:
    """Return the sentence for an error of the operating system that a person can mend."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"磁盘已满，无法写入 {error.filename or '数据目录'}：请清理出至少 3 GB 空间后重试。"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"没有权限写入 {error.filename or '数据目录'}：请换一个可写的目录，或修改该目录的权限。"
    return f"系统错误：{error}。"


def said_plainly(main: Callable[[], int]) -> int:
    """Run `main` and turn a known failure into its sentence on standard error and exit code 1."""
    try:
        return main()
    except CannotGoOn as failure:
        print(f"✗ {failure}", file=sys.stderr)
    except OSError as error:
        print(f"✗ {sentence_for(error)}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1
