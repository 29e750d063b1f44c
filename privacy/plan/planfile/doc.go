// Package planfile turns dunlin.yaml into a plan, and a plan into words.
//
// Parse reads the file and says of every fault where it stands and what would
// be right. Check prices what the file asks for and refuses what the devices'
// caps forbid. File.Plan adds what the file does not hold (recipients, the
// verify-key commitment, dates of issue and expiry) and gives a plan to
// publish. Sign and Verify make and read the file that the privacy officer
// signs; Show says in plain words what published bytes hold, read back from the
// bytes alone. docs/plan.md is the contract of the YAML.
//
// The package runs on servers and officers' machines only. It trusts nobody's
// YAML and nobody's signed file. It sees no report, no share and no sealing key.
//
// A signed file:
//
//	"DLPS" | version=1 | signature 64 | published plan bytes (package plan)
//
// The signature is Ed25519 over "dunlin plan v1\n" and the published bytes.
package planfile
