/** Exit code of a part that was not run because what it needs cannot be had here; as in Automake's test harness. */
export const notProvisioned = 77

/** Fetching from registries, and the tools that do it, are not everywhere: without them a part is left out, by name and with the reason. */
export function provide(what, fetch) {
  try {
    return fetch()
  } catch (error) {
    console.log(`not run: ${what} cannot be had here: ${String(error.message).split('\n')[0]}`)
    process.exit(notProvisioned)
  }
}
