import { AccountName, Account, Commands, Roundlot } from "@roundlot/core"
import { Place, serving, Settings, SignInLinks } from "@roundlot/http"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

const main = AccountName.AccountName.make("main")

/** Books with one account, as a program of one's own has them. */
const opened = Effect.flatMap(Commands.Commands, (commands) =>
  commands.setAccount(main, Account.defaultSettings, "test", undefined)
)

const on = <A, E>(
  settings: Settings.Settings,
  asking: (ask: (path: string, init?: RequestInit) => Effect.Effect<Response>) => Effect.Effect<A, E>,
  isOpen = true
) =>
  Effect.gen(function* () {
    yield* opened
    const port = yield* serving.serve({ port: 0, isOpen, at: Place.local }, settings)
    return yield* asking((path, init) =>
      Effect.promise(() => fetch(`http://127.0.0.1:${port}${path}`, { ...init, redirect: "manual" }))
    )
  }).pipe(Effect.scoped, Effect.provide(SignInLinks.layer), Effect.provide(Roundlot.layerMemory))

const posted = (body: unknown, key: string): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", "idempotency-key": key },
  body: JSON.stringify(body)
})

const document = (response: Response) => Effect.promise((): Promise<unknown> => response.json())

describe("the API in a program of one's own, without a command line", () => {
  it.live("shows its books, and halts once for each key", () =>
    on(Settings.none, (ask) =>
      Effect.gen(function* () {
        const accounts = yield* ask("/api/v1/accounts")
        assert.strictEqual(accounts.status, 200)
        assert.include(JSON.stringify(yield* document(accounts)), '"name":"main"')
        const halt = posted({ reason: "news" }, "k-1")
        const [first, again] = [yield* ask("/api/v1/controls/halt", halt), yield* ask("/api/v1/controls/halt", halt)]
        assert.strictEqual(first.status, 200)
        assert.deepStrictEqual(yield* document(again), yield* document(first))
      })
    )
  )

  it.live("asks for tokens where it is not open", () =>
    on(
      Settings.none,
      (ask) => Effect.map(ask("/api/v1/accounts"), ({ status }) => assert.strictEqual(status, 401)),
      false
    )
  )

  it.live("takes no work that nobody there does", () =>
    on(Settings.none, (ask) =>
      Effect.gen(function* () {
        const refused = yield* ask("/api/v1/jobs", posted({ type: "audit", payload: {} }, "k-2"))
        assert.strictEqual(refused.status, 400)
        assert.include(JSON.stringify(yield* document(refused)), "no background jobs run here")
        for (const [path, type] of [
          ["/api/v1/audit", "audit"],
          ["/api/v1/reconcile", "reconcile"]
        ] as const) {
          const undone = yield* ask(path, posted({}, `k-${type}`))
          assert.strictEqual(undone.status, 409)
          assert.include(JSON.stringify(yield* document(undone)), `job type '${type}' is not run here`)
        }
      })
    )
  )

  it.live("serves nothing that is open to other machines, whatever the place says of itself", () =>
    Effect.gen(function* () {
      const everywhere = { ...Place.local, host: "0.0.0.0" }
      const refused = yield* Effect.flip(serving.serve({ port: 0, isOpen: true, at: everywhere }, Settings.none))
      assert.include(refused.message, "anyone there could operate")
    }).pipe(Effect.scoped, Effect.provide(SignInLinks.layer), Effect.provide(Roundlot.layerMemory))
  )

  it.live("refuses orders that its brokers do not take, in the words of the program that knows them", () =>
    on({ ...Settings.none, unsupportedOrders: () => Effect.succeed("house takes day orders") }, (ask) =>
      Effect.gen(function* () {
        const policy = { ...posted({ reason: "longer", timeInForce: "gtc" }, "k-3"), method: "PUT" }
        const refused = yield* ask("/api/v1/accounts/main/order", policy)
        assert.strictEqual(refused.status, 400)
        assert.include(JSON.stringify(yield* document(refused)), "house takes day orders")
      })
    )
  )

  it.live("describes the verbs of the program that serves it", () =>
    on({ ...Settings.none, helps: Effect.succeed([{ words: "desk open", text: "Opens <the> desk" }]) }, (ask) =>
      Effect.gen(function* () {
        const page = yield* ask("/docs/commands")
        assert.include(yield* Effect.promise(() => page.text()), "Opens &lt;the&gt; desk")
      })
    )
  )
})
