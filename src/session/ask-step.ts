import { TrailbookError } from '../core/errors.ts'
import type { Cell, Row } from '../core/ports.ts'
import { describeStep, stepTitle } from '../core/run/describe-step.ts'
import { pick } from '../core/run/findings.ts'
import type { Todo } from '../core/run/result.ts'
import { parseTime } from '../core/run/window.ts'
import type { Json } from '../core/runbook/json.ts'
import type { AskStep } from '../core/runbook/schema-step.ts'
import { isoTime } from '../core/time.ts'
import { type Occasion, occasionColumns, occasionsOf } from './each.ts'
import { contextOf, doubt, type Events, matches, type Question, type RunState, type StepOutcome } from './state.ts'
import { couldBringFindings } from './todo-step.ts'

/** Asks a question once per occasion: given answers first, then the person who is there; else it stays open. */
export async function* askStep(state: RunState, step: AskStep): Events<StepOutcome> {
  const occasions = occasionsOf(state, step, { acts: false })
  const rows: Row[] = []
  const said = new Map<string, Readonly<Record<string, unknown>>>()
  const open: Todo[] = []
  for (const occasion of occasions.list) {
    const question = questionOf(state, step, occasion)
    const answer = givenAnswer(state, step, occasion.row) ?? (await askPerson(state, step, question)) ?? null
    const columns = occasionColumns(step, occasion)
    rows.push({ ...columns, answer })
    said.set(occasion.key, { answer })
    if (answer === null) open.push({ title: question.question, values: columns })
  }
  if (open.length > 0 && couldBringFindings(state, step)) {
    doubt(state, {
      code: 'unanswered',
      step: step.id,
      message: `The question of step "${step.id}" has no answer, and findings depend on it`,
    })
  }
  if (rows.length > 0) yield { type: 'rows', step: step.id, rows }
  const answers = rows.map((row) => row.answer ?? null)
  return {
    result: {
      ...describeStep(step),
      status: rows.length === 0 ? 'skipped' : open.length > 0 ? 'unanswered' : 'done',
      columns: [...(step.each?.by ?? []), 'answer'].map((name) => ({ name, type: 'varchar' })),
      rowCount: rows.length,
      rows,
      ...(open.length > 0 && { todo: open }),
      ...(occasions.overflow && { overflow: occasions.overflow }),
    },
    each: step.each,
    skipped: occasions.skipped,
    said,
    whole: { answer: answers.length === 1 ? answers[0] : null },
  }
}

function questionOf(state: RunState, step: AskStep, occasion: Occasion): Question {
  const told = state.effects.expressions.fill(step.ask.question, contextOf(state, occasion.value))
  if (!told.ok) {
    doubt(state, {
      code: 'condition',
      step: step.id,
      message: `The question of step "${step.id}" could not be filled in: ${told.reason}`,
    })
  }
  return {
    step: step.id,
    title: stepTitle(step),
    question: told.ok ? String(told.value) : step.ask.question,
    type: step.ask.type,
    options: step.ask.options ?? [],
    ...(occasion.row && step.each && { row: pick(occasion.row, step.each.by) }),
  }
}

function givenAnswer(state: RunState, step: AskStep, row: Row | undefined): Cell | undefined {
  const given = state.plan.answers?.[step.id]
  if (given === undefined) return undefined
  if (!Array.isArray(given)) return checkedAnswer(step, given as Json)
  const list = given as readonly { readonly row: Readonly<Record<string, Json>>; readonly answer: Json }[]
  const match = list.find((entry) => row !== undefined && matches(row, entry.row))
  return match === undefined ? undefined : checkedAnswer(step, match.answer)
}

async function askPerson(state: RunState, step: AskStep, question: Question): Promise<Cell | undefined> {
  const { ask } = state.effects
  if (ask === undefined) return undefined
  const answer = await ask(question, state.signal ? { signal: state.signal } : {})
  return answer === undefined ? undefined : checkedAnswer(step, answer)
}

/**
 * The answer in the question's type.
 *
 * @throws TrailbookError RUN_ANSWER_INVALID
 */
export function checkedAnswer(step: AskStep, answer: Json): Cell {
  const { type, options = [] } = step.ask
  const fail = (expected: string): never => {
    throw new TrailbookError('RUN_ANSWER_INVALID', { step: step.id, answer: String(answer), expected })
  }
  const text = String(answer).trim()
  switch (type) {
    case 'choice': {
      const option = options.find((candidate) => candidate.toLowerCase() === text.toLowerCase())
      return option ?? fail(`Choose one of: ${options.join(', ')}.`)
    }
    case 'boolean':
      if (/^(true|yes|y)$/i.test(text)) return true
      if (/^(false|no|n)$/i.test(text)) return false
      return fail('Answer yes or no.')
    case 'number': {
      const number = Number(text)
      return text === '' || !Number.isFinite(number) ? fail('Answer with a number.') : number
    }
    case 'timestamp':
      try {
        return isoTime(parseTime(text))
      } catch {
        return fail('Answer with a time such as 2026-01-31T09:00:00Z.')
      }
    case 'text':
      return text
  }
}
