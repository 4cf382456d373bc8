#!/usr/bin/env bash
# kubectl's document reader (apimachinery v0.37.2): whether a comment may stand behind a JSON object
# depends on the length of the comment.
#
# kubectl reads a file that begins with a brace as JSON. Where something follows the first object
# that is no JSON, it goes on as YAML, for which a JSON object and a comment are nothing unusual.
# To find where the YAML begins it looks at four bytes at once, and takes fewer for the end of the
# file: then it forgets the YAML and returns the fault that it met as JSON, after the object has
# been handed on. (`kubectl create -f` has created it by then, and exits with an error.)
#
# Expected: both are taken, or both refused.
# Seen:
#   {"kind": "Pod"} # ok     1 object, no error
#   {"kind": "Pod"} # c      1 object, then: json: offset 17: invalid character '#' looking for
#                            beginning of value
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat > main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// read does what the StreamVisitor of cli-runtime does with a file.
func read(text string) (objects int, err error) {
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		found := runtime.RawExtension{}
		if err := decoder.Decode(&found); err == io.EOF {
			return objects, nil
		} else if err != nil {
			return objects, err
		}
		if raw := strings.TrimSpace(string(found.Raw)); raw != "" && raw != "null" {
			objects++
		}
	}
}

func main() {
	long, fault := read(`{"kind": "Pod"} # ok`)
	fmt.Println(`{"kind": "Pod"} # ok  `, long, fault)
	short, refused := read(`{"kind": "Pod"} # c`)
	fmt.Println(`{"kind": "Pod"} # c   `, short, refused)
	if long != 1 || fault != nil || short != 1 || refused == nil {
		os.Exit(1)
	}
}
GO
export GOFLAGS='-mod=mod -p=1'
go mod init example.test/comment 2> /dev/null
go get k8s.io/apimachinery@v0.37.2 2> /dev/null
go list -m k8s.io/apimachinery sigs.k8s.io/yaml
go run .
echo "as described"
