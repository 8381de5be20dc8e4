// What `lake publish --athena` is refused: each has a code and a hint, and the view stays as it was.
import { isDeepStrictEqual } from 'node:util'
import { database, target } from './athena-published.mjs'

/** As Athena tells of a call that it made in the name of the credentials. */
const deniedIn = (action) =>
  `User: arn:aws:iam::111122223333:role/publisher is not authorized to perform: ${action} on resource: arn:aws:glue:us-east-1:111122223333:table/${database}/x because no identity-based policy allows the ${action} action (Service: AWSGlue; Status Code: 400; Error Code: AccessDeniedException)`

const refusals = [
  { name: 'a database that there is not', over: 'absent', code: 'ATHENA_DATABASE_MISSING', named: 'no_such_database' },
  { name: 'a name that is taken', over: 'taken', code: 'SNAPSHOT_NAME_TAKEN', named: `${database}.taken` },
  { name: 'no right to look into the catalog', call: ['glue', 'GetTables'], named: 'glue:GetTables' },
  {
    name: 'no right to start a statement',
    call: ['athena', 'StartQueryExecution'],
    named: 'athena:StartQueryExecution',
  },
  { name: 'a statement that may not make a table', within: 'glue:CreateTable', named: 'glue:CreateTable' },
]

/** There must be something new to publish. */
export async function refusalChecks({ world, trino, cli, shownNow, inCatalog }, check) {
  await trino.ask(`CREATE TABLE hive.${database}.taken (a varchar)`)
  world.catalog.tables.set(`${database}.taken`, { Name: 'taken', DatabaseName: database, TableType: 'EXTERNAL_TABLE' })
  const before = [await shownNow(), inCatalog()]
  for (const { name, over = 'published', code = 'AWS_ACCESS_DENIED', named, call, within } of refusals)
    await check(`refused with a code and a hint: ${name}`, async () => {
      if (call !== undefined) world.fake.fail({ kind: 'denied', service: call[0], operation: call[1] })
      if (within !== undefined)
        world.onStatement = () => {
          throw new Error(deniedIn(within))
        }
      const { code: exit, json } = await cli(['lake', 'publish', target, '--athena', over])
      world.fake.heal()
      world.onStatement = () => {}
      const { error } = json ?? {}
      if (exit === 0 || error?.code !== code || !error.message.includes(named) || !error.hint)
        throw new Error(`${exit}: ${JSON.stringify(json)}`)
      const after = [await shownNow(), inCatalog()]
      if (!isDeepStrictEqual(after, before)) throw new Error(`${JSON.stringify(before)}, then ${JSON.stringify(after)}`)
      return `${error.message} ${error.hint}`
    })
  world.catalog.tables.delete(`${database}.taken`)
  await trino.ask(`DROP TABLE hive.${database}.taken`)
}
