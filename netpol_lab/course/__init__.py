"""What an exercise wants, what is asked, and how far a learner is. Nothing here is a widget.

Enter at `exercise_loader.find_exercise`, `grading.Grader` and `chapters.course_map`.
May import `pictures` and the rooms above it.
"""
