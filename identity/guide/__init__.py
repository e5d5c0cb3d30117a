"""The site's own words: first page, questions and answers (manual §3.3), 注册指南, 注册协议, health."""
