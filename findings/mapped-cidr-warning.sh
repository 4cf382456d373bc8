#!/bin/bash
# Kubernetes' own warning about an IPv4-mapped CIDR proposes a CIDR that Kubernetes does not take.
#
# API servers before v1.36 (and later ones with StrictIPCIDRValidation=false) accept
# "::ffff:10.0.0.1/104" in ipBlock.cidr, as 10.0.0.0/8, with warnings. The first one says
#
#   CIDR value "::ffff:10.0.0.1/104" is ambiguous in this context
#   (should be "10.0.0.0/8" or "10.0.0.1/128"?)
#
# The address is printed as IPv4 and the prefix length as that of IPv6: 10.0.0.1/128 is refused
# with "must be a valid CIDR value". For 10.0.0.1 alone, 10.0.0.1/32 would be right. Whoever turns
# such warnings into fixes has to try them first.
#
# Seen with k8s.io/apimachinery v0.37.2 (Kubernetes v1.37.2), util/validation/ip.go, with Go 1.26.
# Ends with 1 if this changes.
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

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func main() {
	path := field.NewPath("cidr")
	for _, warning := range validation.GetWarningsForCIDR(path, "::ffff:10.0.0.1/104") {
		fmt.Println(warning)
	}
	for _, proposed := range []string{"10.0.0.0/8", "10.0.0.1/128", "10.0.0.1/32"} {
		fmt.Println(proposed, validation.IsValidCIDR(path, proposed).ToAggregate())
	}
}
GO
go mod tidy > /dev/null 2>&1

cat > expected <<'TEXT'
cidr: CIDR value "::ffff:10.0.0.1/104" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/128"?)
cidr: non-standard CIDR value "::ffff:10.0.0.1/104" is invalid: use "10.0.0.0/8"
10.0.0.0/8 <nil>
10.0.0.1/128 cidr: Invalid value: "10.0.0.1/128": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)
10.0.0.1/32 <nil>
TEXT
go run . | tee seen
diff expected seen
