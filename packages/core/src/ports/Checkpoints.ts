import { Context, Effect } from "effect"

/** A place of a journal and what it came to there. */
export interface State {
  readonly account: string
  readonly seq: number
  readonly stateHash: string
}

/**
 * Where checkpoints of journals are kept, and which of them are believed. They are caches beside a store: who deletes them loses time alone,
 * and who edits one is not believed.
 */
export interface CheckpointsService {
  /** After so many entries there is one. Copies of a journal have the same ones where this is the same. */
  readonly every: number
  /** The text that was kept for a place of a journal; nothing where there is none that can be read. */
  readonly read: (account: string, seq: number) => Effect.Effect<string | undefined>
  /** Keeps a text. Where that fails there is none. */
  readonly write: (account: string, seq: number, text: string) => Effect.Effect<void>
  /** The state hashes of a journal that are believed, by their place: this process folded them itself, or they are signed. */
  readonly believed: (account: string) => Effect.Effect<ReadonlyMap<number, string>>
  /** All places that are believed, in the order in which they came to be: those of before stay where they are. */
  readonly states: Effect.Effect<ReadonlyArray<State>>
  /** This process folded the journal up to there itself. */
  readonly prove: (account: string, seq: number, stateHash: string) => Effect.Effect<void>
}

/** After so many entries of a journal there is a checkpoint, where nothing else is said. */
const EVERY = 16_384

const none: CheckpointsService = {
  every: EVERY,
  read: () => Effect.succeed(undefined),
  write: () => Effect.void,
  believed: () => Effect.succeed(new Map()),
  states: Effect.succeed([]),
  prove: () => Effect.void
}

/** Where checkpoints of journals are kept; nowhere, where nothing is said. */
export class Checkpoints extends Context.Reference<Checkpoints>()("@roundlot/core/Checkpoints", {
  defaultValue: () => none
}) {}

/** Checkpoints in texts that somebody keeps; those that `signed` names are believed from the beginning. */
export const make = (
  texts: Pick<CheckpointsService, "read" | "write">,
  signed: Iterable<State> = [],
  every = EVERY
): CheckpointsService => {
  const states = new Map<string, Map<number, string>>()
  const all: Array<State> = []
  const believe = (state: State): void => {
    const known = states.get(state.account) ?? new Map<number, string>()
    if (known.get(state.seq) === state.stateHash) return
    states.set(state.account, known.set(state.seq, state.stateHash))
    all.push(state)
  }
  for (const state of signed) believe(state)
  return {
    ...texts,
    every,
    believed: (account) => Effect.sync(() => states.get(account) ?? new Map()),
    states: Effect.succeed(all),
    prove: (account, seq, stateHash) => Effect.sync(() => believe({ account, seq, stateHash }))
  }
}

const nameOf = (account: string, seq: number) => `${account}/${seq}`

/** Checkpoints in memory. */
export const makeMemory = (signed?: Iterable<State>, every?: number): CheckpointsService => {
  const texts = new Map<string, string>()
  return make(
    {
      read: (account, seq) => Effect.sync(() => texts.get(nameOf(account, seq))),
      write: (account, seq, text) => Effect.sync(() => void texts.set(nameOf(account, seq), text))
    },
    signed,
    every
  )
}
