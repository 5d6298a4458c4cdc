import { assert, describe, it } from "@effect/vitest"
import { Books, type TradeRepository } from "@roundlot/core"
import { Dialect, Pages } from "@roundlot/store-sql"
import { Effect } from "effect"
import { asking, database } from "./place.ts"

const is = (column: string, ...cells: ReadonlyArray<string | number>): TradeRepository.Filter => ({ column, in: cells })

const attempts = (...where: ReadonlyArray<TradeRepository.Filter>): TradeRepository.PageQuery => ({
  table: "attempts",
  where,
  orderBy: ["id"],
  descending: true,
  after: undefined,
  limit: 100
})

/** The questions that attempts are asked, with the index that each goes over. */
const questions: ReadonlyArray<readonly [query: TradeRepository.PageQuery, index: string]> = [
  [attempts(is("status", "filled")), "roundlot_attempts_status"],
  [attempts(is("status", "submitted", "accepted")), "roundlot_attempts_status"],
  [attempts(is("status", "rejected"), { column: "createdAt", atLeast: 1 }), "roundlot_attempts_status"],
  [attempts(is("brokerOrderId", "B-1")), "roundlot_attempts_brokerOrderId"],
  [attempts(is("httpStatus", 403)), "roundlot_attempts_httpStatus"],
  [attempts(is("orderId", 1)), "roundlot_attempts_number"]
]

/** A statement with its parameters written into it, as Postgres explains it. */
const written = (text: string, cells: ReadonlyArray<unknown>): string =>
  text.replaceAll(/\$(\d+)/g, (_, n: string) => `'${String(cells[Number(n) - 1])}'`)

describe("indexes", () => {
  it.scopedLive("AUD-11: what is asked of attempts goes over the index that is there for it", () =>
    Effect.gen(function* () {
      const url = yield* database
      for (const [query, index] of questions) {
        const { cells, text } = Pages.page(Dialect.postgres, Books.tables.attempts, query)
        // The table is empty, where reading it whole costs least.
        const plan = yield* asking(url, "SET enable_seqscan = off", `EXPLAIN ${written(text, cells)}`)
        const shown = plan.map((row) => String(row["QUERY PLAN"])).join("\n")
        assert.include(shown.toLowerCase(), index.toLowerCase(), JSON.stringify(query.where))
        assert.notInclude(shown, "Seq Scan")
      }
    })
  )

  it.scopedLive("AUD-11: attempts have no column of JSON; what is said of orders beside them has", () =>
    Effect.gen(function* () {
      const url = yield* database
      const told = (table: string) =>
        Effect.map(
          asking(
            url,
            `SELECT data_type AS said FROM information_schema.columns WHERE table_name = '${table}'
             UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '${table}'::regclass`
          ),
          (rows) => rows.map(({ said }) => String(said)).join("\n")
        )
      assert.notMatch(yield* told("roundlot_attempts"), /json/i)
      assert.match(yield* told("roundlot_orders"), /json/)
    })
  )
})
