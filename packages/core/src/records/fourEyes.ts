/**
 * The operations that an account may have carried out by two persons alone: a correction of a position, its adoption, a corporate action
 * (split or symbol change), a write-off, booked executions made void, trading let go on after a stop, and settings that loosen.
 */
export const fourEyesOperations = ["adjust", "adopt", "limits", "resume", "split", "void", "writeOff"] as const

/** An operation that may need a second person. */
export type FourEyesOperation = (typeof fourEyesOperations)[number]

/** What is kept of a request: it waits, was carried out with another person's approval, or was rejected. */
export const approvalStatuses = ["waiting", "approved", "rejected"] as const

/** The same, with what time makes of one that waited too long. */
export const approvalStandings = [...approvalStatuses, "expired"] as const

/** How a request for a second person stands. */
export type ApprovalStanding = (typeof approvalStandings)[number]

/** How long a request may be approved where the account says nothing else, in minutes. */
export const APPROVAL_MINUTES = 60

/** The longest that a request may wait, in minutes: a week. */
export const MOST_APPROVAL_MINUTES = 10_080

/** The settings of an account that say what needs a second person. */
export interface FourEyes {
  readonly fourEyes?: ReadonlyArray<FourEyesOperation> | undefined
  readonly approvalMinutes?: number | undefined
}

/** Operations as an account keeps them: each once, in one order; nothing where there is none. */
export const listed = (named: ReadonlyArray<FourEyesOperation>): ReadonlyArray<FourEyesOperation> | undefined =>
  named.length === 0 ? undefined : fourEyesOperations.filter((each) => named.includes(each))

/** Does an operation of an account need a second person? */
export const needsSecond = (account: FourEyes | undefined, operation: FourEyesOperation): boolean =>
  account?.fourEyes?.includes(operation) === true

/** Does any operation of an account need a second person? */
export const isOn = ({ fourEyes = [] }: Pick<FourEyes, "fourEyes">): boolean => fourEyes.length > 0

/** What is wrong with the time that requests of an account may wait; `undefined` where nothing is. */
export const faultOfMinutes = ({ approvalMinutes }: Pick<FourEyes, "approvalMinutes">): string | undefined =>
  approvalMinutes === undefined || (approvalMinutes >= 1 && approvalMinutes <= MOST_APPROVAL_MINUTES)
    ? undefined
    : `approvalMinutes ${approvalMinutes} is not from 1 to ${MOST_APPROVAL_MINUTES}`

/** How long a request of the account may be approved, in minutes. */
export const minutesOf = (account: FourEyes | undefined): number => account?.approvalMinutes ?? APPROVAL_MINUTES
