import type { AccountName } from "../records/AccountName.ts"
import { settleBatches } from "../rules/batch/batches.ts"
import * as Books from "../books/Books.ts"
import { Missing, type Need } from "../books/Need.ts"
import { settleDecisions } from "../rules/decision/decide.ts"
import type { Cause } from "../events/Entry.ts"
import * as Recorder from "../books/Recorder.ts"
import { evaluate } from "../rules/position/evaluation.ts"
import { reviewOrders } from "../rules/breaks/ledgerBreaks.ts"
import { settleTrades } from "../rules/trade/settlement.ts"
import type { Ended, JournalPart, Planning, State } from "../ports/TradeRepository.ts"
import { watched, type Effects } from "./effects.ts"

/** One logical commit: what it needs, why it is, and the pure function that carries it out. */
export interface Member<A> {
  readonly account: AccountName
  readonly cause: Cause
  readonly needs: ReadonlyArray<Need>
  readonly apply: (recorder: Recorder.Recorder) => A
  /** A dry run: nothing of the member is kept, and this is told what it would have written. */
  readonly rehearse?: ((effects: Effects) => void) | undefined
}

/** What planning came to for one member: its answer, or the fault that took it out of its group. */
export type Outcome<A> =
  | { readonly _tag: "Planned"; readonly answer: A }
  | { readonly _tag: "Poisoned"; readonly cause: unknown }

/** Ends a logical commit: breaks that follow, the evaluation of what was touched (D1), trades settled (B3). */
export const finish = (recorder: Recorder.Recorder): void => {
  reviewOrders(recorder)
  for (const symbol of recorder.touched) evaluate(recorder, symbol)
  reviewOrders(recorder)
  settleTrades(recorder)
  settleDecisions(recorder)
  settleBatches(recorder)
}

/**
 * Plans a group of members on loaded books. A member that throws is taken out and the rest planned again, and so are members of a dry
 * run once all of them have been planned, each upon the ones before; where something is not loaded, all that was missed is asked for.
 */
export const planGroup = <A>(
  state: State,
  commitId: string,
  world: Recorder.World,
  members: ReadonlyArray<Member<A>>
): GroupEnded<A> => {
  const steps = planSteps(state, commitId, world, members)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** What the planning of a group ends with. */
type GroupEnded<A> = Ended<ReadonlyArray<Outcome<A>>>

/** Plans a group as `planGroup` does, member by member: between them the thread can be left to others. */
export function* planSteps<A>(
  state: State,
  commitId: string,
  world: Recorder.World,
  members: ReadonlyArray<Member<A>>
): Generator<void, GroupEnded<A>> {
  const apart = new Map<number, Outcome<A>>()
  for (;;) {
    const attempt = yield* planOnce(state, commitId, world, members, apart)
    if (attempt !== "again") return attempt
  }
}

/** A plan for stores that goes on for as long as its slice lasts, and pauses then; begun anew on each other state. */
export const planInSlices = <A>(
  steps: (state: State) => Generator<void, GroupEnded<A>>,
  isSliceOver: () => boolean
): Planning<ReadonlyArray<Outcome<A>>> => {
  let begun: { readonly state: State; readonly steps: Generator<void, GroupEnded<A>> } | undefined
  return (state) => {
    if (begun?.state !== state) begun = { state, steps: steps(state) }
    for (;;) {
      const step = begun.steps.next()
      if (step.done === true) {
        begun = undefined
        return step.value
      }
      if (isSliceOver()) return { _tag: "Pause" }
    }
  }
}

/** A world of which a dry run takes nothing. */
const untaking = ({ buyingPower, ...world }: Recorder.World): Recorder.World =>
  buyingPower === undefined ? world : { ...world, buyingPower: { ...buyingPower, take: () => undefined } }

interface Rehearsal<A> {
  readonly index: number
  readonly outcome: Outcome<A>
  readonly effects: Effects
}

function* planOnce<A>(
  state: State,
  commitId: string,
  world: Recorder.World,
  members: ReadonlyArray<Member<A>>,
  apart: Map<number, Outcome<A>>
): Generator<void, GroupEnded<A> | "again"> {
  Books.reset(state.books)
  const { books, counters, heads, horizons, met } = state
  const recording = Recorder.begin({ books, counters, heads, horizons, met, commitId, world })
  const missing: Array<Need> = []
  const answers: Array<Outcome<A>> = []
  const rehearsals: Array<Rehearsal<A>> = []
  for (const [index, member] of members.entries()) {
    const known = apart.get(index)
    if (known !== undefined) {
      answers.push(known)
      continue
    }
    try {
      const effectsSince = member.rehearse === undefined ? undefined : watched(recording)
      const own = recording.recorder(member.account, member.cause)
      const recorder = member.rehearse === undefined ? own : { ...own, world: untaking(own.world) }
      const answer = member.apply(recorder)
      finish(recorder)
      const outcome = { _tag: "Planned", answer } as const
      answers.push(outcome)
      if (effectsSince !== undefined) rehearsals.push({ index, outcome, effects: effectsSince() })
    } catch (cause) {
      if (cause instanceof Missing) missing.push(cause.need)
      else if (missing.length === 0) {
        apart.set(index, { _tag: "Poisoned", cause })
        return "again"
      }
    }
    yield
  }
  if (missing.length > 0) return { _tag: "NeedMore", needs: missing }
  if (rehearsals.length > 0) {
    for (const { effects, index, outcome } of rehearsals) {
      apart.set(index, outcome)
      members[index]?.rehearse?.(effects)
    }
    return "again"
  }
  return {
    _tag: "Planned",
    journals: journalsOf(recording.entries()),
    changes: Books.changes(state.books),
    answer: answers
  }
}

/** What entries append to each journal. */
export const journalsOf = (entries: ReturnType<Recorder.Recording["entries"]>): ReadonlyArray<JournalPart> =>
  [...entries].flatMap(([account, [first, ...rest]]) => {
    if (first === undefined) return []
    const { hash, seq } = rest.at(-1) ?? first
    return [{ account, entries: [first, ...rest], head: { seq, hash } }]
  })
