// Usage: node scripts/compare-distributions.mjs <folder> <folder>. Prints a Markdown table of what two sets of log files are like.
import { runScript } from './run-script.mjs'

process.exitCode = await runScript('compare-distributions', process.argv.slice(2))
