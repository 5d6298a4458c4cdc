import { Clock, Decimal, Instant } from "@roundlot/core"
import type { SourceContract } from "@roundlot/testing"
import { describeSource } from "@roundlot/testing/vitest"
import { Effect } from "effect"
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as FolderSource from "../../src/folder/FolderSource.ts"
import { books, desk, HEADER, ownFolder } from "./spool.ts"

const place = Effect.gen(function* () {
  const into = yield* books
  const folder = join(yield* ownFolder, "in")
  mkdirSync(folder)
  let files = 0
  const opened: SourceContract.Place = {
    open: Effect.provide(
      FolderSource.make({ name: "venue", account: desk, folder, others: [], lookEvery: "50 millis" }),
      into
    ),
    bring: (trades) =>
      Effect.sync(() => {
        const rows = trades.map(
          ({ price, quantity, side, sourceId, symbol, tradedAt }) =>
            `${sourceId},${Instant.format(tradedAt)},${symbol},${side},${Decimal.format(quantity)},${Decimal.format(price)}`
        )
        writeFileSync(join(folder, "rows.part"), [HEADER, ...rows, ""].join("\n"))
        renameSync(join(folder, "rows.part"), join(folder, `${++files}.csv`))
      }),
    bytesOf: ({ sourceId, tradedAt }) => `${sourceId},${Instant.format(tradedAt)}`,
    fail: Effect.sync(() => rmSync(folder, { recursive: true }))
  }
  return opened
}).pipe(Effect.provide(Clock.layerAlwaysOpen))

describeSource("a folder of files", place)
