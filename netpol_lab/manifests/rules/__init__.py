"""The API server's rules that hold for parts of objects of many kinds, in its words.

Enter at `manifests.validation`, which asks for them in the server's order: `metadata_rules`,
`object_rules` (selectors, pods, Services, workloads), `endpoint_rules`, `naming_rules` and `cidrs`.
What is wrong is a `server_words.Problem`.
"""
