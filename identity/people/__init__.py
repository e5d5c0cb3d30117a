"""People and what this site vouches for: 法人 (an enterprise by its legal person), 自然人, and the site's reviewers.

Registration, signing in, second factor, sessions, the account page, and the OpenID Connect claims. A person signs in by
`username`: the credit code of a legal person, a name of their own (or the phone) of a natural person.
"""
