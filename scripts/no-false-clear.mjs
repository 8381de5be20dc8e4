// Usage: node scripts/no-false-clear.mjs [--seed n] [--removals n] [--real n] [--show]. Exit code 1 where something missing was called
// clear, or where too little was clear. Needs dist/cli.js (npm run build).
import { runScript } from './run-script.mjs'

process.exitCode = await runScript('no-false-clear', process.argv.slice(2))
