"""The demo plant: tank farms and reactors that speak OPC UA and MQTT, with scenarios that go wrong on request.

For demonstrations only. It knows nothing of the platform but the wire format of gateways (docs/gateway-protocol.md).
`python -m simulator` runs it, `python -m simulator start leak` starts a scenario.
"""
