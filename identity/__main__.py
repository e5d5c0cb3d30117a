"""Administrative commands of the identity site: `python -m identity migrate`, `python -m identity identity_setup`."""

import os
import sys

from django.core.management import execute_from_command_line

from ops import environment

if __name__ == "__main__":
    environment.apply()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "identity.settings")
    execute_from_command_line(["python -m identity", *sys.argv[1:]])
