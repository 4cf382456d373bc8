"""Small clusters and questions made from a seed, for quizzes and predictions.

Enter at `chapters.deal` (a cluster to predict) and `chapters.questions` (three questions); the
table `chapters.PRACTICE` says what each chapter practises.
"""
