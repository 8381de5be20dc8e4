import type { ErrorEntry } from '../errors.ts'

const usage = 64
const failed = 3
const quarantined = 65

/** `EVENT_HISTORY_*` ends the command; `INPUT_HISTORY` leaves one account's Region out, and everything else goes in. */
export const eventHistoryErrors = {
  EVENT_HISTORY_PAGES: {
    message: 'The pages of Event history of account {account} in {region} do not fit together: {reason}.',
    hint: 'Run it again; it goes on from where it stopped. Nothing that is stored is wrong.',
    exit: failed,
  },
  EVENT_HISTORY_NO_REGIONS: {
    message: 'Nobody says which Regions account {account} has: {reason}.',
    hint: 'Allow account:ListRegions, or name the Regions with --region (several times for several).',
    exit: failed,
  },
  EVENT_HISTORY_TOO_OLD: {
    message: 'Event history goes back 90 days, to {limit}; the window ends at {to}.',
    hint: 'Ask for a later window, or ingest the log files of a trail.',
    exit: usage,
  },
  EVENT_HISTORY_ROLE: {
    message: 'The credentials belong to account {own}, and it was not said how to act in account {account}.',
    hint: 'Name the role to assume there with --account-role, or under accounts: in trailbook.yaml.',
    exit: usage,
  },
  EVENT_HISTORY_ROLE_ACCOUNT: {
    message: 'The role {role} belongs to account {named}, and account {account} was to be read.',
    hint: 'Write {placeholder} into the ARN where the account id stands, or name the role without an ARN.',
    exit: usage,
  },
  INPUT_HISTORY: {
    message: 'Event history could not be read: {reason}.',
    hint: 'The other accounts and Regions went in. Run it again; it goes on from where it stopped.',
    exit: quarantined,
  },
} as const satisfies Record<string, ErrorEntry>
