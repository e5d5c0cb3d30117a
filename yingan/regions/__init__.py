"""Administrative divisions (GB/T 2260) and the authorities' offices (监管部门): region × trade.

Neighbours: enterprises lie in a region and choose an office; officers (accounts) belong to an office.
"""
