const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** Times inside responses are locale text, `Jul 10, 2026, 1:04:09 PM`; Intl would depend on the machine. */
export function localeTime(at: number): string {
  const time = new Date(at)
  const hour = time.getUTCHours()
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${months[time.getUTCMonth()]} ${time.getUTCDate()}, ${time.getUTCFullYear()}, ${hour % 12 === 0 ? 12 : hour % 12}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())} ${hour < 12 ? 'AM' : 'PM'}`
}
