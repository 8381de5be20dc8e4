// Usage: npm run bench -- [--events 1000000,10000000] [--rounds 3] [--out results.json]
import { runScript } from './run-script.mjs'

process.exitCode = await runScript('bench', process.argv.slice(2))
