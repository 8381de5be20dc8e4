// Usage: node scripts/ground-truth.mjs [--seeds 1,2,3] [--events 1000000] [--story-events 100000] [--out file]; needs npm run build.
import { runScript } from './run-script.mjs'

process.exitCode = await runScript('ground-truth', process.argv.slice(2))
