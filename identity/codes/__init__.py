"""SMS codes and notices: how this site reaches a person outside the browser.

A *code* proves that its receiver holds a phone (spec/security.md S07); a *message* is what was sent. Messages are kept
only in the demo, where a page shows them (短信发件箱). Knows phones and addresses, not people.
"""
