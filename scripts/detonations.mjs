// Usage: node scripts/detonations.mjs <folder with log files and groundtruth.tsv> [file to write]; needs npm run build.
import { runScript } from './run-script.mjs'

process.exitCode = await runScript('detonations', process.argv.slice(2))
