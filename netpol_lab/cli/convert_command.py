"""The command convert: older cluster-wide policies become ClusterNetworkPolicy, with a proof."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from netpol_lab.cli.options import Command, add_assume, add_namespace, add_paths, not_empty
from netpol_lab.cli.reading import (
    assumptions_of,
    print_warnings,
    read_texts,
    refuse_input_twice,
    refuse_to_overwrite,
)

if TYPE_CHECKING:
    from netpol_lab.cli.converted_files import ConvertedFiles
    from netpol_lab.manifests.conversion import Conversion
    from netpol_lab.reach.diff import Diff


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
    Where it differs, or a policy has no equal, nothing is written.

    A file name that ends in .yaml, .yml or .json stands for one file; any other name for a folder.

    exit status: 0 equal, 1 not equal or not converted, 2 wrong use or unreadable input

    examples:
      netpol-lab convert policies/ --with deploy/ -o converted/
      netpol-lab convert admin.yaml | kubectl apply -f -
      kubectl get anp,banp,ns,pods,netpol,svc -A -o yaml | netpol-lab convert -
    """
    from netpol_lab.cli.conversion_words import what_to_do
    from netpol_lab.cli.converted_files import ConvertedFiles
    from netpol_lab.manifests.conversion import convert, texts_to_convert
    from netpol_lab.manifests.text.sources import texts_of_files
    from netpol_lab.reach.diff import diff

    refuse_input_twice([*options.paths, *options.shared])
    assumptions = assumptions_of(options)
    sources = {path: [*texts_to_convert(path)] for path in options.paths}
    target = ConvertedFiles(options.out, sources)
    _refuse_to_overwrite(options, target)
    texts = [text for found in sources.values() for text in found]
    shared = [text for path in options.shared for text in texts_of_files(path)]
    old = read_texts(options, [*shared, *texts])
    print_warnings(old)
    conversion = convert(texts, old.cluster_policies)
    written = target.texts(conversion.texts)
    needs = any(policy.needs for policy in conversion.policies)
    new = read_texts(options, [*shared, *written], "experimental" if needs else None)
    difference = diff(old, new, assumptions)
    is_equal = not difference and not any(policy.refused for policy in conversion.policies)
    _tell(conversion, difference)
    if is_equal or options.anyway:
        target.write(written)
        _say(*what_to_do(conversion.policies))
    else:
        _say("nothing is written; with --anyway it is, whatever differs")
    return not is_equal


def _refuse_to_overwrite(options: argparse.Namespace, target: ConvertedFiles) -> None:
    """Refuse to write where something is read: a folder may be read again, too."""
    inputs = [*options.paths, *options.shared]
    for file in map(str, target.files()) if target.is_folder else [options.out]:
        refuse_to_overwrite(inputs, file)


def _tell(conversion: Conversion, difference: Diff) -> None:
    from netpol_lab.cli.conversion_words import lost_comments, policy_lines, proof, ties

    for policy in conversion.policies:
        _say(*policy_lines(policy))
    if not conversion.policies:
        _say("there is no cluster-wide policy of an older version: nothing is converted")
        return
    _say(*lost_comments(conversion), *ties(difference.after, conversion))
    _say(*proof(difference))


def _say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)


CONVERT = Command(
    "convert",
    "turn older cluster-wide policies into ClusterNetworkPolicy v1beta1, proven equal",
    (add_paths, _options, add_namespace, add_assume),
    _convert,
)
