"""The demo: a dozen invented enterprises with a year of history, and the page that starts scenarios.

Loaded by `manage.py demo_load` into an empty installation with DEMO=1. It lies above all contexts and calls their
services and their own `demo` modules; nothing imports it.
"""
