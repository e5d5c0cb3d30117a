"""帐号申诉: when the phone or the id number on an account is not one's own, documents and two reviewers decide.

An appeal proves the new phone by a code, brings a scan of the licence, and is looked up by its number. Two different
reviewers must pass it, one may reject it. Passed, the account takes over what the appeal declares, and a one-time link
to set a new password goes to the new phone. Nothing here is ever decided by telephone.
"""
