// Usage: node scripts/conformance.mjs --connection <name> [--config <file>], exit code 1 when an answer differs;
// or --docs, which writes docs/engines.md.
import { runScript } from './run-script.mjs'

process.exitCode = await runScript('conformance', process.argv.slice(2))
