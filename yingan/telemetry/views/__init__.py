"""The monitoring pages: `live` (实时监测 and its stream), `points`, `gateways`, and what they ask of a request."""
