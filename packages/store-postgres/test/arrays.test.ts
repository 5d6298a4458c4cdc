import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as FastCheck from "effect/FastCheck"
import { Client } from "pg"
import { arrayText } from "../src/internal/rows.ts"
import { database } from "./place.ts"

/** What makes trouble in the text of an array, and what does not. */
const texts = FastCheck.oneof(
  FastCheck.constantFrom("", "NULL", "null", '"', "\\", '\\"', "{}", ",", " a ", "\n\t", "a,b", '{"a":"b\\\\c"}'),
  FastCheck.string({ unit: "binary" }).map((text) => text.replaceAll("\0", ""))
)

const orNothing = <A>(cells: FastCheck.Arbitrary<A>) => FastCheck.array(FastCheck.option(cells), { maxLength: 12 })

describe("arrays as text", () => {
  it.scopedLive("every cell comes back from the server as it was", () =>
    Effect.gen(function* () {
      const client = new Client({ connectionString: yield* database })
      yield* Effect.acquireRelease(
        Effect.promise(() => client.connect()),
        () => Effect.promise(() => client.end())
      )
      const returned = async (type: string, cells: Parameters<typeof arrayText>[0]) => {
        const { rows } = await client.query<{ readonly cells: ReadonlyArray<unknown> }>(
          `SELECT $1::${type}[] AS cells`,
          [arrayText(cells)]
        )
        return rows[0]?.cells
      }
      const bytes = orNothing(FastCheck.uint8Array({ maxLength: 40 }))
      yield* Effect.promise(() =>
        FastCheck.assert(
          FastCheck.asyncProperty(
            orNothing(texts),
            orNothing(FastCheck.integer()),
            bytes,
            async (strings, numbers, parts) => {
              const repeated = strings.flatMap((text) => [text, text])
              assert.deepStrictEqual(await returned("text", repeated), repeated)
              assert.deepStrictEqual(await returned("int", numbers), numbers)
              const sent = parts.map((part) => part && Buffer.from(part))
              assert.deepStrictEqual(await returned("bytea", parts), sent)
            }
          ),
          { numRuns: 100 }
        )
      )
    })
  )
})
