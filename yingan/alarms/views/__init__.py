"""`lists`: 告警跟踪处理, its stream, the red bar; `details`: one alarm and its steps; `authority`: 企业监测."""
