"""From a folder, file, scenario or command to documents of YAML and JSON, with places.

Enter at `sources.texts_of` (where text comes from) and `yaml_reader.documents` (what it says).
"""
