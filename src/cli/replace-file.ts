import { rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder, writing } from './write.ts'

/** Whoever reads the file finds the old content or the new one, whole. @throws TrailbookError CLI_UNWRITABLE */
export async function replaceFile(path: string, content: string): Promise<void> {
  await writing(path, async () => {
    await makeFolder(dirname(path))
    const beside = `${path}.${process.pid}.new`
    try {
      await writeFile(beside, content)
      await rename(beside, path)
    } finally {
      await rm(beside, { force: true })
    }
  })
}
