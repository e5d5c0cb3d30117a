"""Every write of the context: by people, by ingest (`readings`) and by the worker (`blocks`)."""


class Refused(Exception):
    """What was asked cannot be done; the message says why and is fit to show."""
