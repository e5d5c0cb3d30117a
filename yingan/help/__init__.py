"""The portal and the help pages: 运维联系方式 by sub-system, browser notice, questions and answers (manual §1–4).

What stands there is edited by the system administrator; placeholders are seeded, never a real person's number.
"""
