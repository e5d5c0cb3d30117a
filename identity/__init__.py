"""统一身份认证平台: the separate site that registers people and vouches for them (manual §3).

A stand-in for the province's provider: the platform is an ordinary OpenID Connect client of it, so that the real one
can take its place by settings alone. It has its own database, cookies, keys and process, and imports `yingan.kernel`
only. `people` (who), `codes` (SMS codes and notices), `recovery` (forgotten password), `appeals` (帐号申诉 and
its review), `guide` (first page, questions and answers, 注册指南).
"""
