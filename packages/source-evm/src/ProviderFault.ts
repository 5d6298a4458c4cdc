import { Schema } from "effect"

/** What can be wrong with a provider's answer, or with the way to it. */
const problems = [
  "Unreachable",
  "TimedOut",
  "Refused",
  "TooLarge",
  "Unreadable",
  "OtherChain",
  "Behind",
  "Contradiction",
  "TooDeep"
] as const

/** A provider did not answer, or what it answers cannot be taken for the chain's: the next one is asked. */
export class ProviderFault extends Schema.TaggedError<ProviderFault>()("ProviderFault", {
  provider: Schema.String,
  problem: Schema.Literal(...problems),
  detail: Schema.String,
  /** The status of HTTP, or the code of JSON-RPC, that it refused with. */
  code: Schema.optional(Schema.Number)
}) {
  override get message() {
    return `${this.provider} ${this.detail}`
  }
}

/** Every provider failed: what each said. */
export class NoProvider extends Schema.TaggedError<NoProvider>()("NoProvider", {
  faults: Schema.Array(ProviderFault)
}) {
  override get message() {
    const all = this.faults.map(({ message }) => message).join("; ")
    return this.faults.length === 1 ? all : `no provider can be used: ${all}`
  }
}
