"""What every context stands on and that knows no domain word.

Owned rows and their two walls, list pages from declarations, workflows, history, audit, files, sheets, clock.
"""
