import { indent, type Line, paragraph } from '../core/report/lines.ts'

/** A note as lines of the terminal's width; what goes on below a line that is indented is indented as that one is. */
export const noteLines = (text: string, columns: number): readonly Line[] =>
  text.split('\n').flatMap((one) => {
    const depth = Math.min(one.search(/\S|$/), columns >> 1)
    return indent(paragraph(one.trim(), columns - depth), depth)
  })
