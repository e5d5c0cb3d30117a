"""The enterprise (tenant), its departments and safety organisations, and who sees which enterprise.

`Enterprise.supervised_region` and `trade` decide which authority sees it. Neighbours: regions below, accounts above.
"""
