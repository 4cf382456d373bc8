"""The command convert: older cluster-wide policies become ClusterNetworkPolicy, with a proof."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from netpol_lab.cli.options import Command, add_assume, add_namespace, add_paths, not_empty
from netpol_lab.cli.reading import (
    assumptions_of,
    print_complaints,
    read_texts,
    refuse_input_twice,
    refuse_to_overwrite,
)

if TYPE_CHECKING:
    from netpol_lab.cli.converted_files import ConvertedFiles
    from netpol_lab.manifests.text.files import ManifestText


def _options(sub: argparse.ArgumentParser) -> None:
    words = "write to this file, or each file into this folder, not to standard output"
    sub.add_argument("-o", "--out", type=not_empty, metavar="FILE|DIR", help=words)
    words = "manifests that stay as they are, such as the pods; may be repeated"
    sub.add_argument(
        "--with", dest="shared", action="append", default=[], type=not_empty, metavar="PATH",
        help=words,
    )  # fmt: skip
    words = "write also what is not equal, and leave what cannot be converted as it is"
    sub.add_argument("--anyway", action="store_true", help=words)


def _convert(options: argparse.Namespace) -> bool:
    """Turn AdminNetworkPolicy and older ClusterNetworkPolicy into v1beta1, and prove it equal.

    AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1) become ClusterNetworkPolicy
    v1beta1, and so does v1alpha2. All else stays as it is written. Who reaches whom is then
    compared, before and after: with the pods among the manifests, or with those of --with.
    Where it differs, or a policy has no equal, nothing is written. Without pods nothing is
    compared: what is converted is written all the same, and the exit status is 1.

    A file name that ends in .yaml, .yml or .json stands for one file; any other name for a folder.

    exit status: 0 equal, or there was nothing to convert; 1 not equal, not converted, or
    not compared as there are no pods; 2 wrong use or unreadable input

    examples:
      netpol-lab convert policies/ --with deploy/ -o converted/
      netpol-lab convert admin.yaml --with deploy/ | kubectl apply -f -
      kubectl get anp,banp,ns,pods,netpol,svc -A -o yaml | netpol-lab convert -
    """
    from netpol_lab.advice.conversion_words import builds, what_to_do
    from netpol_lab.advice.convert import Converted
    from netpol_lab.cli.converted_files import ConvertedFiles
    from netpol_lab.manifests.conversion import convert, is_build, texts_to_convert
    from netpol_lab.manifests.text.sources import texts_of_files
    from netpol_lab.reach.diff import diff

    refuse_input_twice([*options.paths, *options.shared])
    assumptions = assumptions_of(options)
    sources = {path: [*texts_to_convert(path)] for path in options.paths}
    files = ConvertedFiles(options.out, sources)
    _refuse_to_overwrite(options, files)
    texts = [text for found in sources.values() for text in found]
    shared = [text for path in options.shared for text in texts_of_files(path)]
    old = read_texts(options, _objects([*shared, *texts]))
    print_complaints((), (*old.dropped, *old.warnings), sys.stderr)
    conversion = convert(texts, old.cluster_policies, shared)
    written = files.texts(conversion.texts)
    new = read_texts(options, _objects([*shared, *written]), conversion.channel)
    converted = Converted(conversion, diff(old, new, assumptions))
    _say(*builds(filter(is_build, texts)))
    _say(*(converted.lines() if conversion.policies else [_nothing_older(options.out)]))
    if options.anyway or not converted.differs:
        files.write(written)
        _say(*what_to_do(conversion.policies))
    else:
        what = "it" if converted.difference else "the rest"
        _say(f"nothing is written: to write {what} all the same, add --anyway")
    return not converted.is_equal


def _nothing_older(out: str | None) -> str:
    from netpol_lab.advice.conversion_words import NOTHING_OLDER

    place = f" to {out}" if out else ""
    return f"{NOTHING_OLDER}, and the manifests are written{place} as they are"


def _objects(texts: Iterable[ManifestText]) -> list[ManifestText]:
    """Return the texts that hold objects: nothing is built, so no kustomization counts."""
    from netpol_lab.manifests.conversion import is_build

    return [text for text in texts if not is_build(text)]


def _refuse_to_overwrite(options: argparse.Namespace, files: ConvertedFiles) -> None:
    """Refuse to write where something is read: a folder may be read again, too."""
    inputs = [*options.paths, *options.shared]
    for file in map(str, files.files()) if files.is_folder else [options.out]:
        refuse_to_overwrite(inputs, file)


def _say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)


CONVERT = Command(
    "convert",
    "turn older cluster-wide policies into ClusterNetworkPolicy v1beta1, proven equal",
    (add_paths, _options, add_namespace, add_assume),
    _convert,
)
