"""Files of manifests, written for a test."""


def write(folder, files):
    """Write files, by their paths in a folder; return the folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
