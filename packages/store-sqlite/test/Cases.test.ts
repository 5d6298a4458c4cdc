import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import type { MemoryStore, TradeRepository } from "@roundlot/core/adapter"
import { LedgerCase } from "@roundlot/testing"
import { Effect, Schema } from "effect"
import { store } from "./place.ts"

const MOST = 1000

/** The repository as a store that a desk drives: every call is done when it returns. */
const synchronous = (repository: TradeRepository.TradeRepositoryService): MemoryStore.MemoryStore => ({
  write: (scope, plan) => Effect.runSync(repository.write(scope, plan)),
  page: (query) => Effect.runSync(repository.page({ ...query, limit: Math.min(query.limit, MOST) })),
  count: (query) => Effect.runSync(repository.count(query)),
  entries: (query) => Effect.runSync(repository.entries({ ...query, limit: Math.min(query.limit, MOST) })),
  feed: (after, limit) => Effect.runSync(repository.feed(after, limit)),
  heads: () => Effect.runSync(repository.heads),
  headsAt: (query) => Effect.runSync(repository.headsAt(query))
})

const folder = fileURLToPath(new URL("../../core/test/cases", import.meta.url))
const decode = Schema.decodeUnknownSync(Schema.parseJson(LedgerCase.LedgerCaseFile))
const cases = readdirSync(folder).flatMap((name) => decode(readFileSync(join(folder, name), "utf8")).cases)

describe("the worked cases of the ledger, on a file", () => {
  for (const each of cases) {
    it.scoped(`SDK-2: ${each.id} ends as it does in memory, and no constraint stands in its way`, () =>
      Effect.gen(function* () {
        const { repository } = yield* store()
        assert.isUndefined(LedgerCase.replay(each, synchronous(repository)))
      })
    )
  }
})
