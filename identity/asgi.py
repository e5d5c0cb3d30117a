"""The identity site for granian: `granian --interface asginl --port 8001 identity.asgi:application`."""

import os

from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

NEEDED = ("IDENTITY_SECRET_KEY", "IDENTITY_DATABASE_URL", "DATA_KEY", "INDEX_KEY")

if missing := [name for name in NEEDED if name not in os.environ]:
    raise ImproperlyConfigured(f"the identity site serves nobody without {', '.join(missing)}: see ops/env.py")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "identity.settings")
application = get_asgi_application()
