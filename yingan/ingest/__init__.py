"""The way in: what gateways send becomes log rows, latest values and alarms in one transaction, then is acknowledged.

`messages` reads the wire format, `pipeline` holds the one transaction, `edge` the broker's side.
"""
