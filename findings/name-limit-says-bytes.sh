#!/usr/bin/env bash
# ClusterNetworkPolicy (the CRD of network-policy-api v0.3.0, standard channel): the limit of a rule's
# name counts letters, and the complaint about it speaks of bytes.
#
# maxLength is 100. The validation of the API server (apiextensions-apiserver v0.37.2) counts runes, as
# OpenAPI says, and words what it finds with the helper that other fields use for limits in bytes. So a
# name of 100 letters that have two bytes each is taken, and one of 101 letters is told of 100 bytes.
#
# Expected: "may not be more than 100 characters", or a limit of 100 bytes.
# Seen:
#   100 letters, 200 bytes: taken
#   101 letters, 101 bytes: spec.ingress[0].name: Too long: may not be more than 100 bytes
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	crd "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	_ "sigs.k8s.io/network-policy-api/apis/v1alpha2"
	"sigs.k8s.io/yaml"
)

const written = `
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {name: p}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  ingress: [{name: %s, action: Deny, from: [{namespaces: {}}]}]
`

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func said(validator validation.SchemaValidator, name string) string {
	object := map[string]any{}
	must(yaml.Unmarshal([]byte(fmt.Sprintf(written, name)), &object))
	answer := "taken"
	for _, fault := range validation.ValidateCustomResource(nil, object, validator) {
		answer = fault.Error()
	}
	fmt.Printf("%d letters, %d bytes: %s\n", len([]rune(name)), len(name), answer)
	return answer
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	must(err)
	definition, internal := crd.CustomResourceDefinition{}, apiextensions.JSONSchemaProps{}
	must(yaml.Unmarshal(text, &definition))
	given := definition.Spec.Versions[0].Schema.OpenAPIV3Schema
	must(crd.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(given, &internal, nil))
	validator, _, err := validation.NewSchemaValidator(&internal)
	must(err)
	long := said(validator, strings.Repeat("ü", 100))
	if long != "taken" || !strings.HasSuffix(said(validator, strings.Repeat("a", 101)), "more than 100 bytes") {
		os.Exit(1)
	}
}
GO
export GOFLAGS='-mod=mod -p=1'
go mod init example.test/limits 2> /dev/null
go mod edit -require=k8s.io/apiextensions-apiserver@v0.37.2 \
  -require=sigs.k8s.io/network-policy-api@v0.3.0
go mod tidy 2> /dev/null
crds=$(go list -m -f '{{.Dir}}' sigs.k8s.io/network-policy-api)/config/crd/standard
go run . "$crds/policy.networking.k8s.io_clusternetworkpolicies.yaml"
echo "as described"
