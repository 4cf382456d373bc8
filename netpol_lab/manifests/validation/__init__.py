"""What the API server says of an object that is decoded, in its order and its words (VAL rows).

`objects` is the way in, and asks for what an object of each kind is held to: a policy to the module
of its kind, `network_policies`, everything else to the `rules` for its parts. `older_servers` tells
what is refused from what is only warned of. Each function yields problems; none changes a value.
"""
