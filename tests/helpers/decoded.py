"""Values decoded for a test, with what is wrong with them."""

from netpol_lab.manifests.decoding import decoder


def decode(kind, value):
    problems = []
    return decoder(kind)(value, (), problems), problems


def problem(kind, value):
    _, (found,) = decode(kind, value)
    return found
