//go:build tools

// Package tools only pins what is built: see ../engineBuild.ts. The import keeps the requirement in go.mod.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
