"""Answers for people and programs: text, json, csv, md, dot, mermaid, svg, png and html.

`reach`, `diff`, `lint` and `draw` each make a `Report`; `output.deliver` writes it in a format.
"""
