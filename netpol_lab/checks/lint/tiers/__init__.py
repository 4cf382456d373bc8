"""Lint of cluster-wide policies: rules that are never asked, and what is decided in spite of whom.

`covering` says what is never reached, `meeting` where policies of different owners meet, `nobody`
what matches nothing.
"""
