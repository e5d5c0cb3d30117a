# 应安。只需要 Python 3.11 以上（带 venv）和 make。
SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
HERE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
PY := .venv/bin/python
UV := .venv/bin/uv
ARGS ?=
HOST ?= localhost

.PHONY: help
help: ## 列出全部目标
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: env
env: ## 建立运行环境（Python 与前端软件包），已有则不动
	@python=$$(sh ops/find-python) && exec "$$python" -m ops.bootstrap

.PHONY: dev-env
dev-env: ## 建立开发环境（另加测试与检查工具）
	@python=$$(sh ops/find-python) && exec "$$python" -m ops.bootstrap dev

.PHONY: run
run: env ## 启动平台：建环境、起数据库与各进程、首次载入演示数据，Ctrl-C 停止
	@exec $(PY) -m ops.run

.PHONY: test
test: dev-env ## 运行全部测试，含浏览器测试；ARGS="-k 名字" 只跑一部分
	@$(PY) -m ops.browser && exec $(PY) -m pytest $(ARGS)

.PHONY: check
check: dev-env ## 运行全部检查：规则、格式、类型、层次、大小、模板、迁移、部署
	@exec $(PY) -m ops.check

.PHONY: demo-reset
demo-reset: env ## 清空并重建演示数据（先停止平台）
	@exec $(PY) -m ops.demo_reset

.PHONY: postgres nats web identity ingest worker simulator
postgres: env ## 单独运行数据库（前台）
nats: env ## 单独运行消息服务（前台）
web: env ## 单独运行平台网站（前台；数据库与消息服务已在运行）
identity: env ## 单独运行统一身份认证网站（前台）
ingest: env ## 单独运行数据接收（前台，可多开）
worker: env ## 单独运行后台任务（前台）
simulator: env ## 单独运行演示装置（前台）
postgres nats web identity ingest worker simulator:
	@exec $(PY) -m ops.launch $@

.PHONY: bench-ingest
bench-ingest: dev-env ## 测量数据接收：每秒读数、到达至报警的时间、丢失数
	@exec $(PY) -m tests.bench.ingest $(ARGS)

.PHONY: cert
cert: env ## 为内网 HTTPS 签发证书：make cert HOST=主机名或地址
	@exec $(PY) -m ops.cert $(HOST)

.PHONY: format
format: dev-env ## 按规则整理代码格式
	@$(PY) -m ruff check --fix --quiet . ; exec $(PY) -m ruff format .

.PHONY: lock
lock: dev-env ## 重新锁定依赖（pyproject.toml 或 package.json 改过之后）
	@for group in "" dev; do \
	  $(UV) pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url $${group:+--group $$group} -o requirements$${group:+-$$group}.txt || exit 1; done
	@PATH="$(HERE).venv/bin:$$PATH" .venv/bin/npm install --package-lock-only --no-audit --no-fund

.PHONY: clean
clean: ## 删除环境与缓存（.venv、node_modules），数据与 .env 保留
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache test-results
