"""What somebody probably meant who wrote a value of the wrong type, or a field that is unknown.

Enter at `values` (of the wrong type) and `fields` (unknown ones, with `foreign` for those of other
objects); `meant` reads what was written as what a policy could hold. Only for the words of a
complaint: nothing in here decides whether a value is taken, and what is proposed has to be.
"""
