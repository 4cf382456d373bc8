"""Where converted texts go: to standard output or a file, one after the other, or into a folder."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from netpol_lab.errors import NetpolError, visible
from netpol_lab.harmless import harmless
from netpol_lab.manifests.conversion import is_build, manifests_in
from netpol_lab.manifests.text.files import SUFFIXES, ManifestText, Origin
from netpol_lab.manifests.text.yaml_reader import documents
from netpol_lab.manifests.writer import as_yaml
from netpol_lab.writing import saving

STDIN = "stdin.yaml"


@dataclass(frozen=True)
class ConvertedFiles:
    """Where texts go.

    Parameters
    ----------
    out : str, optional
        A file or a folder; standard output if there is none.
    sources : mapping of str to sequence of ManifestText
        The texts by the paths at which they were found.
    """

    out: str | None
    sources: Mapping[str, Sequence[ManifestText]]

    @property
    def is_folder(self) -> bool:
        """Whether each text becomes a file of its own."""
        if self.out is None or self.out.endswith(SUFFIXES):
            return False
        return not Path(self.out).exists() or Path(self.out).is_dir()

    def files(self) -> dict[Path, ManifestText]:
        """Return the file that each text of manifests becomes in a folder.

        Raises
        ------
        NetpolError
            When two would become the same.
        """
        found: dict[Path, ManifestText] = {}
        for path, texts in self.sources.items():
            for text in texts:
                if not _is_kept(text):
                    continue
                place = Path(self.out or "") / _within(path, text)
                if place in found:
                    both = f"{visible(found[place].name)} and {visible(text.name)}"
                    said = f"{both} would both become {place}: convert one of them after the other."
                    raise NetpolError(said)
                found[place] = text
        return found

    def texts(self, converted: Sequence[ManifestText]) -> list[ManifestText]:
        """Return the texts as they are written: what can be read there afterwards.

        Parameters
        ----------
        converted : sequence of ManifestText
            Those of the sources, in the same order.
        """
        if self.is_folder:
            return [*converted]
        kept = [text for text in converted if _is_object_file(text)]
        whole = kept[0].text if len(kept) == 1 else _joined(kept)
        if self.out is None:
            whole = self._harmless(whole)
        return [ManifestText(self.out or "<standard output>", whole)]

    def _harmless(self, text: str) -> str:
        text = text.replace("\r\n", "\n")
        shown = harmless(text)
        if shown != text and _values(shown) != _values(text):
            raise NetpolError(
                "the manifests hold characters that a terminal would obey, so they are not "
                "printed: write them to a file with -o FILE."
            )
        return shown

    def write(self, texts: Sequence[ManifestText]) -> None:
        """Write what `texts` has returned."""
        if self.out is None:
            sys.stdout.write("".join(text.text for text in texts))
            sys.stdout.flush()  # before more is said
        elif not self.is_folder:
            _save(Path(self.out), texts[0].text)
        else:
            by_name = {text.name: text.text for text in texts}
            for place, text in self.files().items():
                _save(place, by_name[text.name])


def _save(place: Path, text: str) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NetpolError(f"{place.parent} cannot be made: {error.strerror}.") from None
    with saving(place) as file:
        file.write(text.encode("utf-8", "surrogateescape"))


def _within(path: str, text: ManifestText) -> Path:
    """Return the place of a text below the path at which it was found."""
    if path == "-":
        return Path(STDIN)
    found = Path(text.name)
    return found.relative_to(path) if Path(path).is_dir() else Path(found.name)


# ---------------------------------------------------------------- one text after the other


def _is_kept(text: ManifestText) -> bool:
    """Say whether a text is more than what lies beside manifests in a folder."""
    return text.origin is not Origin.FOUND or is_build(text) or bool(manifests_in(text))


def _is_object_file(text: ManifestText) -> bool:
    """Say whether kubectl apply takes a text; it takes no kustomization."""
    return _is_kept(text) and not is_build(text)


def _joined(texts: Sequence[ManifestText]) -> str:
    """Return several texts as one, with a line between each two."""
    parts: list[str] = []
    for text in texts:
        part = text.text.removeprefix("\ufeff")
        if any(document.is_json for document in documents(part, "")[0]):
            part = as_yaml(*_values(part))
        parts.append(part if part.endswith("\n") or not part else f"{part}\n")
    whole = "---\n".join(part.removeprefix("---\n") for part in parts)
    if _values(whole) != [value for text in texts for value in _values(text.text)]:
        raise NetpolError("the files cannot be put into one text: name a folder, with -o FOLDER.")
    return whole


def _values(text: str) -> list[object]:
    return [document.value for document in documents(text, "")[0] if document.value is not None]
