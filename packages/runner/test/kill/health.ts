import { Schema } from "effect"

const Health = Schema.Struct({
  status: Schema.String,
  parts: Schema.Array(Schema.Struct({ part: Schema.String, ok: Schema.Boolean, detail: Schema.String }))
})

/** How a daemon says that it is, over its own socket, whose address is in what it has said. */
export const healthOf = async (said: string): Promise<typeof Health.Type> => {
  const [place = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? []
  return Schema.decodeUnknownSync(Health)(await (await fetch(`${place}/health`)).json())
}
