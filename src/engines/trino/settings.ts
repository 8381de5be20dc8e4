/** How a Trino cluster is reached, and which of its tables holds the events. */
export interface TrinoSettings {
  /** The connection's name in trailbook.yaml. */
  readonly name: string
  /** `https://host:port`; plain http carries no password and no token. */
  readonly url: string
  readonly user: string
  readonly catalog: string
  readonly schema: string
  readonly table: string
  readonly password?: string | undefined
  /** A JSON Web Token. */
  readonly token?: string | undefined
  /** Session properties, by name. */
  readonly session?: Readonly<Record<string, string>> | undefined
  /** Where `lake publish` puts its snapshots, as the catalog's file system names it. */
  readonly location?: string | undefined
  /** How coverage is found out: by counting events, or not at all. */
  readonly coverage?: 'probe' | 'none' | undefined
  /** Of one query until its last row; none by default. */
  readonly timeLimitMs?: number | undefined
}

/** Headers of every request ("Client REST API", Trino documentation). */
export function requestHeaders(settings: TrinoSettings): Record<string, string> {
  const { timeLimitMs, session = {} } = settings
  const limits = timeLimitMs === undefined ? {} : { query_max_run_time: `${timeLimitMs}ms` }
  const properties = Object.entries({ ...limits, ...session }).map(
    ([name, value]) => `${name}=${encodeURIComponent(value)}`,
  )
  const authorization =
    settings.token !== undefined
      ? `Bearer ${settings.token}`
      : settings.password !== undefined
        ? `Basic ${Buffer.from(`${settings.user}:${settings.password}`).toString('base64')}`
        : undefined
  return {
    'X-Trino-User': settings.user,
    'X-Trino-Source': 'trailbook',
    'X-Trino-Catalog': settings.catalog,
    'X-Trino-Schema': settings.schema,
    'X-Trino-Time-Zone': 'UTC',
    // Without it every time and timestamp is rounded to milliseconds before we see it.
    'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME',
    ...(properties.length > 0 && { 'X-Trino-Session': properties.join(',') }),
    ...(authorization !== undefined && { Authorization: authorization }),
  }
}
