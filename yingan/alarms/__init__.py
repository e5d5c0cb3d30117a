"""告警: what it means that a limit is crossed, the alarms that follow, and how people answer them.

`judge` decides, `services.recording` writes what it decided inside ingest's transaction, `services.handling` holds
what people do. Limits themselves live on the point, in `telemetry`.
"""
