// Usage: node scripts/conformance.mjs --connection <name> [--config <file>] [--area <area>]… [--format text|json]: exit code 0 when
// every answer is right, 1 when one differs, 2 when this engine cannot be asked; or --docs, which writes docs/engines.md.
import { runScript } from './run-script.mjs'

process.exitCode = await runScript('conformance', process.argv.slice(2))
