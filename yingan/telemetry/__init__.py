"""Gateways, equipment, measuring points with their limits, and the readings: log, latest values, history, freshness.

What a limit means and what follows when it is crossed lives above, in `alarms`; how readings come in, in `ingest`.
"""
