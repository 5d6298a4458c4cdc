// A process that migrates a store, and says when it is at the last statement: STORE, then 'endless' or 'labels'.
import type { Column } from "@roundlot/core/adapter"
import { side as postgres } from "@roundlot/store-postgres"
import { Migrations } from "@roundlot/store-sql"
import { side as sqlite } from "@roundlot/store-sqlite"
import { Effect, Redacted } from "effect"
import { endless, labels } from "./later.ts"

const [store = "", name] = process.argv.slice(2)
const known = [...Migrations.ours, name === "endless" ? endless : labels]

const opened = store.startsWith("sqlite:")
  ? sqlite.sideAsItIs(store.slice("sqlite:".length))
  : postgres.sideAsItIs({ url: Redacted.make(store) })

const said = (text: string) => {
  if (/pg_sleep|RECURSIVE/.test(text)) process.stdout.write("at the last statement\n")
}

export const main = (): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const side = yield* opened
        yield* Migrations.migrate({
          ...side,
          ask: <R extends object>(text: string, cells?: ReadonlyArray<Column.Cell>) =>
            Effect.zipRight(
              Effect.sync(() => said(text)),
              side.ask<R>(text, cells)
            )
        })
      })
    ).pipe(
      Effect.retry({ while: (error) => error._tag === "StoreUnavailable" && error.problem === "busy" }),
      Effect.provideService(Migrations.Known, known)
    )
  )
