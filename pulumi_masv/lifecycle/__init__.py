"""The verbs: look, decide, promise, write, read back. Knows no Pulumi.

`protocol` says what may be asked; `package`, `fleet` and `window` answer, one controller a kind of
resource. `session` is what one process knows of a team, `registry` what all processes of a run know
together. `reconcile` is what makes one package as declared, `deletion` what may end with its
resource, `review` what somebody has allowed, and `verdicts` what is said of it all.
"""
