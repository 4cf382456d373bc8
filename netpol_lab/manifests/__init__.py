"""What a YAML text says, and what the API server would refuse; and back to YAML.

The way in, from a text to a `model.cluster.Cluster`: `loader.load`, whose `reader` goes all of it::

    sources       names and paths -> texts
    yaml_reader   text -> documents, as kubectl reads YAML  (streams, yaml_composer, typos)
    decoding      document -> object of api_types, by kind  (kinds, hints, repeated_fields)
    validation    object -> what the server would refuse    (rules)
    to_model      object -> model, with every default       (pods)

What is wrong on the way is a `rules.server_words.Problem`, in the words of the server, at a path of
a document (field_paths); `written_objects` turns it into a complaint with a line. `kubectl` reads
a live cluster through the same door.

The way out: `writer` writes policies as YAML, `excerpts` quotes the lines that matter, and
`summary`, `describe` and `review` say what policies mean.
May import `model` and the rooms above it.
"""
