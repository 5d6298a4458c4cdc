import { Effect, Schema } from "effect"

/** What a store or a broker promises, and does not keep. */
export class ContractBroken extends Schema.TaggedError<ContractBroken>()("ContractBroken", {
  promise: Schema.String,
  wanted: Schema.String,
  found: Schema.String
}) {
  override get message() {
    return `${this.promise}\n  wanted ${this.wanted}\n  found  ${this.found}`
  }
}

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null

/** A value as text, the same for equal values: keys sorted, bytes in hexadecimal. */
const shown = (value: unknown): string => {
  if (value instanceof Uint8Array)
    return `bytes ${[...value].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`
  if (value instanceof Map) return shown([...value])
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`
  if (typeof value === "bigint") return `${value}n`
  if (!isRecord(value)) return JSON.stringify(value) ?? "undefined"
  const keys = Object.keys(value).toSorted()
  return `{ ${keys.map((key) => `${key}: ${shown(value[key])}`).join(", ")} }`
}

/** A promise is kept where what was found is what was wanted. */
export const same = (promise: string, found: unknown, wanted: unknown): Effect.Effect<void, ContractBroken> => {
  const texts = { wanted: shown(wanted), found: shown(found) }
  return texts.wanted === texts.found ? Effect.void : Effect.fail(new ContractBroken({ promise, ...texts }))
}
