"""Administrative commands of the identity site: `python -m identity migrate`, `python -m identity identity_setup`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "identity.settings")
    execute_from_command_line(["python -m identity", *sys.argv[1:]])
