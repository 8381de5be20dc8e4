import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathKind, shownPath } from '../../authoring/library.ts'
import { skeleton } from '../../authoring/skeleton.ts'
import { TrailbookError } from '../../core/errors.ts'
import { line } from '../../core/report/lines.ts'
import { slugPattern } from '../../core/runbook/schema-text.ts'
import { argument, defineCommand } from '../command.ts'
import { loadConfig } from '../config.ts'
import { makeFolder, writing } from '../write.ts'

export const newCommand = defineCommand({
  name: 'new',
  summary: 'Write the skeleton of a runbook',
  details: 'The file lands in the first of your runbook folders. It is free of lint, and its cases pass.',
  arguments: [{ name: '<id>', description: 'small letters, digits and single hyphens' }],
  options: [],
  examples: [{ command: 'trailbook new stopped-trail', says: 'writes runbooks/stopped-trail.yaml' }],
  async action(given, context) {
    const id = argument(given, 'id') ?? ''
    if (!slugPattern.test(id)) throw new TrailbookError('CLI_BAD_ID', { id })
    const config = await loadConfig(context)
    const folder = config.runbooks[0] ?? context.cwd
    const path = join(folder, `${id}.yaml`)
    const shown = shownPath(path, context.cwd)
    if ((await pathKind(path)) !== undefined) throw new TrailbookError('CLI_FILE_EXISTS', { path: shown })
    await writing(shown, async () => {
      await makeFolder(folder)
      await writeFile(path, skeleton(id), { flag: 'wx' })
    })
    return {
      exitCode: 0,
      json: { schema: 'trailbook.new/v1', created: [shown] },
      lines: () => [
        line(`Wrote ${shown}`),
        line(`Next: change it, then trailbook lint ${shown} && trailbook test ${shown}`),
      ],
    }
  },
})
