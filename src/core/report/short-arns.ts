/** ARNs as people say them: for titles that would not fit a line. */

const arn = /arn:aws[a-z-]*:([a-z0-9-]*):([a-z0-9-]*):(\d{12}|aws)?:([^\s"'<>(){},;]+)/g

/** What IAM Identity Center adds to the name of a permission set. */
const reserved = /^(AWSReservedSSO_.+)_[0-9a-f]{16}$/

/**
 * Each ARN as type and name, without its path; the account, and the Region of what is not IAM's, behind it in brackets
 * where they were not said before: `role/ci (111122223333)`.
 */
export function shortArns(text: string): string {
  const said = new Set<string>()
  return text.replace(arn, (_, service: string, region: string, account = '', resource: string, at: number) => {
    const name = service === 'iam' ? withoutPath(resource) : resource
    const type = name.slice(0, name.indexOf('/') + 1)
    const isRepeated = type !== '' && text.slice(0, at).endsWith(`${type.slice(0, -1)} `)
    const place = [account, region].filter((part) => part !== '' && !said.has(part))
    for (const part of place) said.add(part)
    return `${isRepeated ? name.slice(type.length) : name}${place.length === 0 ? '' : ` (${place.join(', ')})`}`
  })
}

function withoutPath(resource: string): string {
  const parts = resource.split('/')
  const name = parts.at(-1)!
  const told = reserved.exec(name)?.[1] ?? name
  return parts.length === 1 ? told : `${parts[0]}/${told}`
}
