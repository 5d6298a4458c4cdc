import { Roundlot } from "@roundlot/core"
import { Place, serving, Settings, SignInLinks } from "@roundlot/http"
import { Effect } from "effect"
import { expect, it } from "vitest"

const program = Effect.gen(function* () {
  const port = yield* serving.serve({ port: 0, isOpen: true, at: Place.local }, Settings.none)
  yield* Effect.log(`The API is at http://127.0.0.1:${port}/api/v1`)
  return yield* Effect.never
}).pipe(Effect.scoped, Effect.provide(SignInLinks.layer), Effect.provide(Roundlot.layerMemory))

it("the README's program is this one", () => {
  expect(Effect.isEffect(program)).toBe(true)
})
