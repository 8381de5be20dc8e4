import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathKind } from '../authoring/library.ts'

const markName = '.trailbook-demo'
const names = ['AWSLogs', '.trailbook', 'trailbook.yaml', 'report.html', 'groundtruth.json', markName]

/** Tells later demos that the folder is theirs to replace; simulated logs alone may be somebody's work by now. */
export const markDemo = (folder: string): Promise<void> =>
  writeFile(join(folder, markName), 'trailbook demo replaces what it wrote here.\n')

/** Takes away what a demo wrote, and nothing without its mark: anything else makes the simulation refuse the folder. */
export async function removeFormerDemo(folder: string): Promise<void> {
  if ((await pathKind(join(folder, markName))) !== 'file') return
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true })
}
