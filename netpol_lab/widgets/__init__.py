"""What is live in a notebook: the board, explorers, cards, ``%%policy`` cells.

Enter at `board.explore`, `prediction.predict`, `policy_cells.exercise` and `quiz.quiz`.
May import `course` and the rooms above it.
"""
