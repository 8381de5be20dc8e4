import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathKind } from '../authoring/library.ts'

const markName = '.trailbook-demo'
const names = ['AWSLogs', '.trailbook', 'trailbook.yaml', 'report.html', 'groundtruth.json', markName]

/** Tells later demos that the folder is theirs to replace; simulated logs alone may be somebody's work by now. */
export const markDemo = (folder: string): Promise<void> =>
  writeFile(join(folder, markName), 'trailbook demo replaces what it wrote here.\n')

/**
 * Takes away what a demo wrote. Without its mark, or beside anything else, nothing is: the simulation will refuse the folder, and
 * nobody should lose a demo for that.
 */
export async function removeFormerDemo(folder: string): Promise<void> {
  if ((await pathKind(join(folder, markName))) !== 'file') return
  if ((await readdir(folder)).some((name) => !names.includes(name))) return
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true })
}
