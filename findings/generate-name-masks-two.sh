#!/bin/bash
# A generateName that ends with a dash is judged without the letter in front of the dash.
#
# Before a generateName is judged, a dash at its end is to be masked, because five signs will
# follow it. Kubernetes takes the last TWO bytes away and puts one "a" there. So "A-" passes as a
# prefix though "A" does not, and the error comes at metadata.name, which nobody wrote, with five
# random letters in it ("P-q8wqr"); "AB-" fails at generateName as well. Whoever checks manifests by the
# field that they have has to know that generateName alone tells too little.
#
# Seen with k8s.io/apimachinery v0.37.2 (Kubernetes v1.37.2), api/validation/generic.go,
# maskTrailingDash, with Go 1.26. Ends with 1 if this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GOFLAGS=-mod=mod GOWORK=off

cat > go.mod <<'MOD'
module finding

go 1.26

require k8s.io/apimachinery v0.37.2
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/validation"
)

func main() {
	for _, prefix := range []string{"a", "a-", "A", "A-", "_-", "AB-", "-"} {
		fmt.Println(prefix, len(validation.NameIsDNSSubdomain(prefix, true)))
	}
	fmt.Println("A-q8wqr", len(validation.NameIsDNSSubdomain("A-q8wqr", false)))
}
GO
go mod tidy > /dev/null 2>&1

cat > expected <<'TEXT'
a 0
a- 0
A 1
A- 0
_- 0
AB- 1
- 1
A-q8wqr 1
TEXT
go run . | tee seen
diff expected seen
