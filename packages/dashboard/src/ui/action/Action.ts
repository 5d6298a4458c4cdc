import type { Documents } from "@roundlot/api"
import type { Role } from "@roundlot/api/client"
import type { Effect, Redacted } from "effect"
import type { Api } from "../../api/client.ts"
import type { Term } from "../../words/glossary.ts"
import type { Family } from "../../words/signs.ts"

/** Something that a person orders: what it is, what follows and what does not, and how it is carried out. */
export interface Action {
  /** Verb and object: what the dialog and its button say. */
  readonly verb: string
  readonly will: ReadonlyArray<string>
  readonly willNot: ReadonlyArray<string>
  readonly isDangerous?: boolean
  /** It only stops something: nobody has to wait until it is known what that comes to. */
  readonly isStop?: boolean
  /** What leaves the dialog without doing it, where "Cancel" could be taken for the action. */
  readonly back?: string
  /** Nothing is sent or decided by it: it goes on record by itself, and nobody is asked why. */
  readonly isHarmless?: boolean
  /** Who may do it, where that is not only who operates. */
  readonly role?: Role
  /** What has to be typed first, where what follows cannot be taken back. */
  readonly typed?: string
  /** What has to be said beside the reason. */
  readonly asks?: {
    readonly term: Term
    readonly label: string
    readonly isOptional?: boolean
    /** It is shown to nobody while it is typed. */
    readonly isSecret?: boolean
    /** What was chosen before: it stands there and is not written by hand. */
    readonly chosen?: string
  }
  /** What it is about, where that may have changed since it was seen. */
  readonly about?: About
  readonly cli: (reason: string, said: string) => string
  readonly run: (api: Api, reason: string, key: string, said: string) => Effect.Effect<Done, unknown>
  /** What it would come to now; nothing is written or sent. */
  readonly rehearse?: (api: Api, said: string) => Effect.Effect<Rehearsed, unknown>
  /** What a dry run says beside its own words, if anything. */
  readonly adds?: (done: Documents.DoneDocument) => string | undefined
  /** What may be chosen in its place: the same of less. */
  readonly instead?: {
    readonly term: Term
    readonly label: string
    readonly actions: ReadonlyArray<Action>
  }
  /** What may be done with it, where a dry run says that there is something to do: chosen, that is carried out in its place. */
  readonly also?: {
    readonly term: Term
    readonly label: (done: Documents.DoneDocument) => string | undefined
    readonly action: Action
  }
}

/** What an action did, the entry that says so where it is no command's, and the secret that it made: shown once, and kept nowhere. */
export type Done = Documents.DoneDocument & {
  readonly entry?: Documents.EntryDocument | undefined
  readonly secret?: Redacted.Redacted | undefined
}

/** What an action would come to; of one on a batch what would become of its rows, of one on limits which positions they hold. */
export type Rehearsed = Documents.DoneDocument & {
  readonly rows?: ReadonlyArray<Documents.BatchRowsDocument>
  /** Of other limits: the positions that they would release, hold, or leave waiting. */
  readonly limited?: Pick<Documents.RehearsedLimits, "held" | "released" | "waiting">
}

/** What an action is about, and what is done where that has changed since its person saw it. */
export interface About {
  /** The record as the journal names it. */
  readonly entity: string
  readonly account: string
  /** What came later than this its person has not seen. */
  readonly seenAt: string
  /** The action on the record as it stands now. */
  readonly again?: (api: Api) => Effect.Effect<Now, unknown>
}

/** How a record stands now, and the action on it as it is then. */
export interface Now {
  readonly action: Action
  readonly family: Family
  readonly state: string
}
