import { visible } from '../core/report/text.ts'
import { wrap } from '../core/report/width.ts'
import type { Question, RunEffects } from '../session/state.ts'
import type { CliContext } from './command.ts'

/** Puts questions on the terminal. An empty line leaves a question open. */
export function asker(context: CliContext): NonNullable<RunEffects['ask']> {
  return async (question, { signal }) => {
    context.progress(undefined)
    for (;;) {
      const answer = await context.prompt(promptText(question), signal ?? context.signal)
      if (answer === undefined || answer.trim() === '') return undefined
      const choice = chosen(question, answer.trim())
      if (choice !== undefined) return choice
      context.note(`Please answer with ${expected(question)}.`)
    }
  }
}

function promptText(question: Question): string {
  const options = question.options.map((option, index) => `  ${index + 1}. ${visible(option)}`)
  return `\n${[...wrap(visible(question.question), 78), ...options].join('\n')}\n${expected(question)}, or Enter to leave it open: `
}

const expected = ({ type, options }: Question): string => {
  switch (type) {
    case 'choice':
      return `1 to ${options.length}`
    case 'boolean':
      return 'yes or no'
    case 'number':
      return 'a number'
    case 'timestamp':
      return 'a time'
    case 'text':
      return 'your answer'
  }
}

/** Undefined where the question must be put again. */
function chosen({ type, options }: Question, answer: string): string | undefined {
  if (type === 'choice') {
    const number = /^\d+$/.test(answer) ? options[Number(answer) - 1] : undefined
    return number ?? options.find((option) => option.toLowerCase() === answer.toLowerCase())
  }
  if (type === 'boolean') return /^(y|yes|n|no|true|false)$/i.test(answer) ? answer : undefined
  if (type === 'number') return Number.isFinite(Number(answer)) ? answer : undefined
  if (type === 'timestamp') return Number.isNaN(Date.parse(answer)) ? undefined : answer
  return answer
}
