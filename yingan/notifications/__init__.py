"""Telling people: messages in the site, text messages and pushes through an outbox, with a receipt of every try.

Words: message (消息), outbox (待发), channel (通道), receipt (回执). Recipients come as values: whoever calls knows who
must be told, this context does not. Neighbours: everything above may call `services.notify`.
"""
