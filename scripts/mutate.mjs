// Usage: node scripts/mutate.mjs [runbook files or folders]. Exit code 1 when a mutant survives.
import { runScript } from './run-script.mjs'

process.exitCode = await runScript('mutate', process.argv.slice(2))
