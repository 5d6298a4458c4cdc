import { Effect, Schema } from "effect"

/** What a store or a broker promises, and does not keep. */
export class ContractBroken extends Schema.TaggedError<ContractBroken>()("ContractBroken", {
  promise: Schema.String,
  wanted: Schema.String,
  found: Schema.String,
  /** Of which clause it is, what was asked of the broker, and what to do about it. */
  clause: Schema.optional(Schema.String),
  asked: Schema.optional(Schema.String),
  remedy: Schema.optional(Schema.String)
}) {
  override get message() {
    const lines = [
      ["clause", this.clause],
      ["asked", this.asked],
      ["wanted", this.wanted],
      ["found", this.found],
      ["do", this.remedy]
    ] as const
    const said = lines.flatMap(([label, text]) => (text === undefined ? [] : [`  ${label.padEnd(6)} ${text}`]))
    return [this.promise, ...said].join("\n")
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

/** A promise is kept where what was found is what was wanted; `remedy` says what to do where it is not. */
export const same = (
  promise: string,
  found: unknown,
  wanted: unknown,
  remedy?: string
): Effect.Effect<void, ContractBroken> => {
  const texts = { wanted: shown(wanted), found: shown(found) }
  return texts.wanted === texts.found ? Effect.void : Effect.fail(new ContractBroken({ promise, ...texts, remedy }))
}
