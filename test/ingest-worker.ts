import { workerFiles } from '../src/lake/columnar/worker-file.ts'

/** Tests run from the sources: the threads of the ingest are built once, before the first test asks for them. */
export default async function setup(): Promise<void> {
  await workerFiles()
}
