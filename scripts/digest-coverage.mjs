import { runScript } from './run-script.mjs'

process.exitCode = await runScript('digest-coverage', process.argv.slice(2))
