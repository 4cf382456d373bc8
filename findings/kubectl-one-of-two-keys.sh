#!/usr/bin/env bash
# kubectl's YAML (sigs.k8s.io/yaml v1.6.0): of the keys 1 and "1" it keeps either one, at random.
#
# YAML tells the number 1 from the text "1", and both may be keys of one mapping; so may 1 and 1.0,
# or yes and "true". kubectl first reads them into a Go map, where they are two entries, and then
# turns keys into text for JSON, where they are one. The order of a Go map is random, so the value
# that stands in the end changes from run to run, within one process even. Of a label selector that
# is a different set of pods each time. Nothing is said, also by UnmarshalStrict, which refuses a
# key that is written twice in the same way.
#
# Expected: always the last one, as for keys that are equal, or an error.
# Seen, in 200 conversions of  {matchLabels: {1: blue, "1": green}}:
#   {"matchLabels":{"1":"blue"}}   some 30 times
#   {"matchLabels":{"1":"green"}}  some 170 times
# and for the keys "1" and "1", strictly: an error; for 1 and "1", strictly: none.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	seen := map[string]int{}
	for i := 0; i < 200; i++ {
		made, err := yaml.YAMLToJSON([]byte("{matchLabels: {1: blue, \"1\": green}}"))
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		seen[string(made)]++
	}
	fmt.Println(seen)
	_, same := yaml.YAMLToJSONStrict([]byte("{matchLabels: {\"1\": blue, \"1\": green}}"))
	_, differ := yaml.YAMLToJSONStrict([]byte("{matchLabels: {1: blue, \"1\": green}}"))
	fmt.Println("equal keys, strictly:", same, "\nthese keys, strictly:", differ)
	if len(seen) != 2 || same == nil || differ != nil {
		os.Exit(1)
	}
}
GO
export GOFLAGS='-mod=mod -p=1'
go mod init example.test/keys 2> /dev/null
go get sigs.k8s.io/yaml@v1.6.0 2> /dev/null
go list -m sigs.k8s.io/yaml go.yaml.in/yaml/v2
go run .
echo "as described"
