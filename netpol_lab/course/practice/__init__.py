"""Small clusters and questions made from a seed, for quizzes and predictions."""
