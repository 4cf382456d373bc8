"""Which findings are told: a comment may answer a note.

Enter at `intent.is_answered`.
"""
