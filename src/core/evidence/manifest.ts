import { canonicalJson, digestOf } from '../run/canonical.ts'
import type { StepStatus } from '../run/result.ts'
import type { Verdict } from '../run/verdict.ts'
import type { Window } from '../time.ts'
import type { Traced } from './trace.ts'

export interface BundleFile {
  /** Within the bundle, with `/`. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** `manifest.json`: its SHA-256 is the bundle's id. Nothing in it, nor in what it lists, depends on the moment. */
export interface BundleManifest {
  readonly schema: 'trailbook.bundle/v1'
  /** Version of trailbook. */
  readonly tool: string
  readonly runbook: { readonly id: string; readonly title: string; readonly digest: string }
  readonly plan: string
  readonly connection: string
  readonly window: Window
  readonly verdict: Verdict
  readonly complete: boolean
  readonly findings: number
  readonly steps: readonly BundleStep[]
  readonly events: {
    /** Distinct event ids that rows and findings name. */
    readonly cited: number
    /** Of those: ids that the lake does not hold. */
    readonly notInLake: number
    /** Records whose original bytes are in the bundle, and those whose are not. */
    readonly original: number
    readonly missing: number
  }
  /** In the order of their paths. */
  readonly files: readonly BundleFile[]
}

export interface BundleStep {
  /** The runbook's own, or one that it ran. */
  readonly runbook: string
  readonly id: string
  readonly kind: string
  readonly status: StepStatus
  /** The file with its rows, one a line; null where it has none to give. */
  readonly rows: string | null
  /** Rows that the step gave. The file holds `traced.toEvents + traced.toQuery` of them. */
  readonly rowCount: number
  /** Rows that exclusions took out; they are counted and not kept. */
  readonly excluded: number
  readonly traced: Traced
  /** The file with the events behind rows that name none, and for how many rows it has them; null where there are none. */
  readonly contributors: { readonly file: string; readonly rows: number } | null
}

export const manifestName = 'manifest.json'
export const sealName = 'sealed.json'

export const manifestText = (manifest: BundleManifest): string => `${canonicalJson(manifest)}\n`

export const bundleId = (text: string): string => digestOf(text)

/** No way out of the folder, no hidden files, and nothing that two systems spell differently. */
const safePath = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/

/** Undefined where the text is no manifest, or names files that no bundle has. */
export function readManifest(text: string): BundleManifest | undefined {
  let value: Partial<BundleManifest> | null
  try {
    value = JSON.parse(text) as Partial<BundleManifest> | null
  } catch {
    return undefined
  }
  if (value?.schema !== 'trailbook.bundle/v1' || !Array.isArray(value.files) || !Array.isArray(value.steps))
    return undefined
  if (typeof value.runbook !== 'object' || value.runbook === null) return undefined
  if (!value.steps.every((step: unknown) => typeof step === 'object' && step !== null)) return undefined
  if (new Set(value.files.map((file) => file?.path)).size !== value.files.length) return undefined
  const sound = value.files.every(
    (file: Partial<BundleFile> | null) =>
      typeof file?.path === 'string' &&
      safePath.test(file.path) &&
      Number.isSafeInteger(file.bytes) &&
      typeof file.sha256 === 'string' &&
      /^[0-9a-f]{64}$/.test(file.sha256),
  )
  return sound ? (value as BundleManifest) : undefined
}

/** Beside each file of lines stands one with the SHA-256 of each line, so that a changed line can be named. */
export const linesFile = (path: string): string => `${path}.lines`
