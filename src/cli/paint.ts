import pc from 'picocolors'
import type { Style } from '../core/report/lines.ts'

/** Colours where they are wanted: not with --no-color or NO_COLOR, nor where nobody sees them. */
export function painter(colours: boolean): (text: string, style: Style) => string {
  const colour = pc.createColors(colours)
  const paints: Record<Style, (text: string) => string> = {
    strong: colour.bold,
    muted: colour.dim,
    good: (text) => colour.bold(colour.green(text)),
    warn: (text) => colour.bold(colour.yellow(text)),
    bad: (text) => colour.bold(colour.red(text)),
    accent: colour.cyan,
  }
  return (text, style) => paints[style](text)
}
