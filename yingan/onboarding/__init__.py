"""From the first sign-in to a working enterprise: 企业注册信息, the choice of 监管类型 and 监管部门 and its
confirmation, and 企业基本信息 as the landing page.

Words: the first choice works at once (待确认); a later change waits for both authorities. Neighbours: accounts below.
"""
