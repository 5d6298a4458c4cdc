import { Schema } from "effect"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const named = (pattern: RegExp) =>
  Schema.String.pipe(
    Schema.pattern(pattern, { message: () => ({ message: "is not a valid NATS name", override: true }) }),
    Schema.maxLength(255)
  )

/** A JetStream that trades are published to. */
export const NatsEntry = Schema.Struct({
  stream: named(/^[^\s.*>/\\]+$/),
  /** The subject that is read of it, with wildcards. */
  subject: optional(named(/^[^\s.]+(\.[^\s.]+)*$/)),
  /** The first message that is read; what came before it is not missed. */
  from: optional(Schema.Int.pipe(Schema.positive())),
  /** A stream that has the same messages as the one of before, as the refusal names it. */
  accept: optional(Schema.NonEmptyString)
})

/** What a configuration says of a JetStream. */
export type NatsEntry = typeof NatsEntry.Type

/** Where its keys stand in a configuration: each is read. */
export const natsKeys = { stream: "now", subject: "now", from: "now", accept: "now" } as const
