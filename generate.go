package main

// All generated files are made here: `go generate ./...`. The assets come first, because the templates use the icons;
// they need `npm ci` once. .gitattributes lists the files.
//
//go:generate npm run --silent build
//go:generate go tool templ generate -path views -include-version=false
//go:generate go test ./db -run TestSchemaFile -update
//go:generate go test ./expression -run TestReferencePage -update
//go:generate go test ./connectors/all -run TestReference|TestCases -update
