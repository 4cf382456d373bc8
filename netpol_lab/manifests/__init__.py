"""What a YAML text says, and what the API server would refuse; and back to YAML.

Enter at `loader.load`; to write YAML, at `writer.to_yaml`.
May import `model` and the rooms above it.
"""
