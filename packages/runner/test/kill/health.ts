import { Schema } from "effect"

const Health = Schema.Struct({
  status: Schema.String,
  parts: Schema.Array(Schema.Struct({ part: Schema.String, ok: Schema.Boolean, detail: Schema.String }))
})

const placeIn = (said: string): string => /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? ""

/** What a daemon answers over its own socket, and how long that takes. */
export const answerOf = async (said: string, path: string) => {
  const begun = performance.now()
  const response = await fetch(`${placeIn(said)}${path}`)
  const text = await response.text()
  return { status: response.status, text, ms: performance.now() - begun }
}

/** How a daemon says that it is, over its own socket, whose address is in what it has said. */
export const healthOf = async (said: string): Promise<typeof Health.Type> =>
  Schema.decodeUnknownSync(Health)(JSON.parse((await answerOf(said, "/health")).text))
