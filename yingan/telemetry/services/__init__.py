"""Every write of the context: `gateways`, `equipment`, `points` by people, `readings` by ingest, `blocks` by the worker."""


class Refused(Exception):
    """What was asked cannot be done; the message says why and is fit to show."""
