"""Tables of lines in files of their own, which tests compare with what is said today."""


def lines_of(file):
    """The lines of a table; what is in a line may hold other breaks than `\\n`."""
    return file.read_text("utf-8").split("\n")[:-1]


def write_lines(file, lines):
    """Write a table anew."""
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
