#!/usr/bin/env bash
# ClusterNetworkPolicy (the CRD of network-policy-api v0.3.0, standard channel) and NetworkPolicy
# (api v0.37.2): the same label selector with a null value means opposite things.
#
# {matchLabels: {team: null}} is taken by both. The API server drops the null of a custom resource
# when it stores it, as the values of the map are not nullable (apiextensions-apiserver v0.37.2), so
# the selector is empty and selects every namespace. NetworkPolicy is a Go type: there the null
# becomes an empty text, and the selector asks for a label team that is empty.
#
# Expected: the same selector, or a complaint.
# Seen:
#   ClusterNetworkPolicy  {"matchLabels":{}}         selects team=a: true
#   NetworkPolicy         {"matchLabels":{"team":""}} selects team=a: false
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	networking "k8s.io/api/networking/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	crd "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	_ "sigs.k8s.io/network-policy-api/apis/v1alpha2"
	"sigs.k8s.io/yaml"
)

const written = `
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: p}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {matchLabels: {team: null}}}
`

const beside = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p}
spec: {ingress: [{from: [{namespaceSelector: {matchLabels: {team: null}}}]}]}
`

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// stored returns the selector of the ClusterNetworkPolicy as the API server stores it.
func stored() meta.LabelSelector {
	text, err := os.ReadFile(os.Args[1])
	must(err)
	definition, internal := crd.CustomResourceDefinition{}, apiextensions.JSONSchemaProps{}
	must(yaml.Unmarshal(text, &definition))
	given := definition.Spec.Versions[0].Schema.OpenAPIV3Schema
	must(crd.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(given, &internal, nil))
	structural, err := schema.NewStructural(&internal)
	must(err)
	object := map[string]any{}
	must(yaml.Unmarshal([]byte(written), &object))
	defaulting.PruneNonNullableNullsWithoutDefaults(object, structural)
	defaulting.Default(object, structural)
	validator, _, err := validation.NewSchemaValidator(&internal)
	must(err)
	for _, fault := range validation.ValidateCustomResource(nil, object, validator) {
		panic(fault)
	}
	subject := object["spec"].(map[string]any)["subject"].(map[string]any)["namespaces"]
	found, err := json.Marshal(subject)
	must(err)
	selector := meta.LabelSelector{}
	must(json.Unmarshal(found, &selector))
	return selectorAsWritten("ClusterNetworkPolicy", found, selector)
}

func decoded() meta.LabelSelector {
	policy := networking.NetworkPolicy{}
	must(yaml.UnmarshalStrict([]byte(beside), &policy))
	selector := *policy.Spec.Ingress[0].From[0].NamespaceSelector
	found, err := json.Marshal(selector)
	must(err)
	return selectorAsWritten("NetworkPolicy", found, selector)
}

func selectorAsWritten(kind string, text []byte, found meta.LabelSelector) meta.LabelSelector {
	fmt.Printf("%-21s %-26s selects team=a: %v\n", kind, text, matches(found))
	return found
}

func matches(selector meta.LabelSelector) bool {
	asked, err := meta.LabelSelectorAsSelector(&selector)
	must(err)
	return asked.Matches(labels.Set{"team": "a"})
}

func main() {
	if !matches(stored()) || matches(decoded()) {
		os.Exit(1)
	}
}
GO
export GOFLAGS='-mod=mod -p=1'
go mod init example.test/nulls 2> /dev/null
go mod edit -require=k8s.io/api@v0.37.2 -require=k8s.io/apimachinery@v0.37.2 \
  -require=k8s.io/apiextensions-apiserver@v0.37.2 -require=sigs.k8s.io/network-policy-api@v0.3.0
go mod tidy 2> /dev/null
crds=$(go list -m -f '{{.Dir}}' sigs.k8s.io/network-policy-api)/config/crd/standard
go run . "$crds/policy.networking.k8s.io_clusternetworkpolicies.yaml"
echo "as described"
