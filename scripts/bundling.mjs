/** How TypeScript becomes a module that Node runs: Node 20 does not read it itself. DuckDB's binary stays outside. */
export const bundling = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: ['@duckdb/*'],
  logLevel: 'warning',
  banner: {
    // Packages in the older form of modules call it.
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
}
