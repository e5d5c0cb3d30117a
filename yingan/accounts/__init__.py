"""People: users, memberships, roles, sign-in (法人用户登录 by OIDC, 企业个人入口), passwords, second factor, sessions.

Neighbours: enterprises and regions below; everything that a person does above.
"""
