"""Answers for people and programs: text, json, csv, md, dot, mermaid, svg, png and html."""
