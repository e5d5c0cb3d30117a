"""Several commands of one site in one process: `python -m ops.steps SETTINGS "TITLE=command word …" …`.

Starting Python and Django takes longer than most of these commands. Each says its line when it is done; what the
command `demo_accounts` prints is passed on, what the others print is not needed.
"""

import io
import os
import shlex
import sys
import time

SPOKEN = "demo_accounts"


def main(settings: str, steps: list[str]) -> None:
    """Run the commands one after the other; the first that fails ends it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django
    from django.core.management import call_command

    start = time.monotonic()
    django.setup()
    for step in steps:
        title, _, words = step.partition("=")
        name, *rest = shlex.split(words)
        output = io.StringIO()
        call_command(name, *rest, stdout=output)
        print(f"▸ {title} {time.monotonic() - start:.1f} 秒", flush=True)
        if name == SPOKEN:
            print(output.getvalue(), flush=True)
        start = time.monotonic()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
