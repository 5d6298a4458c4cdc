import { TradeRepository } from "@roundlot/core/adapter"
import { Clock, Effect, Random } from "effect"
import { nameOf } from "./Ddl.ts"
import type { Side } from "./Side.ts"

const BYTES = 16
const MICROS_A_MILLI = 1000

/** A new name that nobody else has: of a store, of one of its incarnations. */
export const newName: Effect.Effect<string> = Effect.map(
  Effect.replicateEffect(Random.nextIntBetween(0, 256), BYTES),
  (bytes) => bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")
)

/** Does the store drive? `copying` is one that is being filled, `waiting` a copy that nobody activated, `retired` one that a copy replaced. */
export type Standing = "active" | "copying" | "waiting" | "retired"

/** Whose store it is, and whether it drives. */
export interface Identified extends TradeRepository.StoreIdentity {
  readonly state: Standing
}

/** Whose store it is; made by whoever opens it first. */
export const identify = ({ ask, dialect, place }: Side): Effect.Effect<Identified, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const table = nameOf("ops_store")
    const read = ask<Identified>(`SELECT "id", "incarnation", "state" FROM ${table}`)
    const [known] = yield* read
    if (known !== undefined) return known
    const createdAt = (yield* Clock.currentTimeMillis) * MICROS_A_MILLI
    yield* ask(
      `INSERT INTO ${table} ("one", "id", "incarnation", "createdAt")` +
        ` VALUES (1, ${dialect.place(1)}, ${dialect.place(2)}, ${dialect.place(3)}) ON CONFLICT DO NOTHING`,
      [yield* newName, yield* newName, createdAt]
    )
    const [made] = yield* read
    return made ?? (yield* Effect.dieMessage(`the store at ${place} does not say who it is`))
  })

/** The question for a store's standing: one row with a `state`. */
export const selectState = `SELECT "state" FROM ${nameOf("ops_store")}`

const notActive = (place: string, detail: string, remedy: string) =>
  new TradeRepository.StoreUnavailable({ place, problem: "not_active", detail, remedy })

/** Why the store at `place` cannot be opened, if so. */
export const openingRefusal = (place: string, state: Standing): TradeRepository.StoreUnavailable | undefined =>
  state === "copying"
    ? notActive(
        place,
        "a copy into it has not ended",
        "Run the same 'roundlot store copy' or 'store restore' again: it continues"
      )
    : undefined

/** Why the store at `place` may not drive, if so: it takes nothing in either. */
export const drivingRefusal = (place: string, state: Standing): TradeRepository.StoreUnavailable | undefined => {
  if (state === "waiting") {
    const remedy = "To trade with it in place of its original: 'roundlot store activate --reason WHY'"
    return notActive(place, "it is an inactive copy: it accepts no trades and sends no orders", remedy)
  }
  return state === "retired"
    ? notActive(
        place,
        "it is retired, because a copy took over: it accepts no trades and sends no orders",
        "Name the store that drives now"
      )
    : openingRefusal(place, state)
}
