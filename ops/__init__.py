"""Start-up of one machine: the environment, the database server, the broker and the processes that serve.

`bootstrap` uses the standard library alone, because it makes the virtual environment; `environment` too, because every
process may read it. Nothing here knows a domain word: the platform is started, never imported.
"""
