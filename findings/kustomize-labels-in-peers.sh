#!/usr/bin/env bash
# Kustomize v5.7.1: common labels are also written into the PEERS of a NetworkPolicy.
#
# `commonLabels`, and `labels` with `includeSelectors: true`, are known to change the selectors of
# the objects at hand. They also change the podSelectors under `from` and `to`, even beside a
# namespaceSelector: there they choose pods of other namespaces, which do not get the label.
# A policy that let pods of a namespace ask kube-dns, and Prometheus fetch metrics, then allows
# neither, and nothing is said. A podSelector that is empty, or has only matchExpressions, stays
# as it is, so two ways of writing the same peer end with different traffic.
#
# Expected by somebody who labels a team's objects: the two peers as they were written.
# Seen:
#   k8s-app: kube-dns       with  team: shop  beside it (pods of kube-system do not have it)
#   app: prometheus         with  team: shop  beside it
#   matchExpressions        unchanged
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
GOBIN="$folder/bin" GOMODCACHE="${GOMODCACHE:-$(go env GOMODCACHE)}" GOFLAGS=-p=1 \
  go install sigs.k8s.io/kustomize/kustomize/v5@v5.7.1
cat > policy.yaml <<'YAML'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}
      podSelector: {matchLabels: {app: prometheus}}
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}
      podSelector: {matchExpressions: [{key: app, operator: In, values: [prometheus]}]}
  egress:
  - to:
    - namespaceSelector: {}
      podSelector: {matchLabels: {k8s-app: kube-dns}}
YAML
cat > kustomization.yaml <<'YAML'
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
labels: [{pairs: {team: shop}, includeSelectors: true}]
resources: [policy.yaml]
YAML
bin/kustomize version
bin/kustomize build . | tee built.yaml
grep -A1 'k8s-app: kube-dns' built.yaml | grep -q 'team: shop'
grep -A1 ' app: prometheus' built.yaml | grep -q 'team: shop'
# the label at the object, at its podSelector and at two of three peers
test "$(grep -c 'team: shop' built.yaml)" -eq 4
echo "as described"
