import { assert, describe, it } from "@effect/vitest"
import { Books, type Table, type TradeRepository } from "@roundlot/core/adapter"
import { Dialect, Pages } from "@roundlot/store-sql"
import { Effect } from "effect"
import { asking, database } from "./place.ts"

const is = (column: string, ...cells: ReadonlyArray<string | number>): TradeRepository.Filter => ({ column, in: cells })

const page = (
  table: Table.TableName,
  where: ReadonlyArray<TradeRepository.Filter>,
  orderBy: ReadonlyArray<string> = ["id"]
): TradeRepository.PageQuery => ({ table, where, orderBy, descending: true, after: undefined, limit: 100 })

const attempts = (...where: ReadonlyArray<TradeRepository.Filter>) => page("attempts", where)
const rows = (...where: ReadonlyArray<TradeRepository.Filter>) => page("trades", where)

/** The questions that attempts are asked, with the index that each goes over. */
const questions: ReadonlyArray<readonly [query: TradeRepository.PageQuery, index: string]> = [
  [attempts(is("status", "filled")), "roundlot_attempts_status"],
  [attempts(is("status", "submitted", "accepted")), "roundlot_attempts_status"],
  [attempts(is("status", "rejected"), { column: "createdAt", atLeast: 1 }), "roundlot_attempts_status"],
  [attempts(is("brokerOrderId", "B-1")), "roundlot_attempts_brokerOrderId"],
  [attempts(is("httpStatus", 403)), "roundlot_attempts_httpStatus"],
  [attempts(is("orderId", 1)), "roundlot_attempts_number"]
]

/** What is asked of batches and their rows. */
const ofBatches: typeof questions = [
  [rows(is("batchId", 1)), "roundlot_trades_batch_row"],
  [rows(is("batchId", 1), is("status", "pending")), "roundlot_trades_batch"],
  [rows(is("batchId", 1), is("symbol", "AAPL")), "roundlot_trades_batch_"],
  [
    page("trades", [is("status", "pending"), { column: "reason", below: "its turn" }], ["reason", "id"]),
    "roundlot_trades_reason"
  ],
  [page("batches", [], ["createdAt", "id"]), "roundlot_batches_created"],
  [page("batches", [{ column: "createdAt", atLeast: 5, below: 9 }], ["createdAt", "id"]), "roundlot_batches_created"],
  [page("batches", [is("status", "pending")]), "roundlot_batches_status"],
  [page("batches", [is("status", "cancelled"), { column: "waiting", atLeast: 1 }]), "roundlot_batches_status"]
]

/** A statement with its parameters written into it, as Postgres explains it. */
const written = (text: string, cells: ReadonlyArray<unknown>): string =>
  text.replaceAll(/\$(\d+)/g, (_, n: string) => `'${String(cells[Number(n) - 1])}'`)

describe("indexes", () => {
  it.scopedLive("AUD-11, BAT-11: what is asked of attempts, batches and their rows goes over the index for it", () =>
    Effect.gen(function* () {
      const url = yield* database
      for (const [query, index] of [...questions, ...ofBatches]) {
        const { cells, text } = Pages.page(Dialect.postgres, Books.tables[query.table], query)
        // The table is empty, where reading it whole costs least.
        const plan = yield* asking(url, "SET enable_seqscan = off", `EXPLAIN ${written(text, cells)}`)
        const shown = plan.map((row) => String(row["QUERY PLAN"])).join("\n")
        assert.include(shown.toLowerCase(), index.toLowerCase(), JSON.stringify(query.where))
        assert.notInclude(shown, "Seq Scan")
      }
    })
  )

  it.scopedLive("heads of an earlier moment go over the index for them", () =>
    Effect.gen(function* () {
      const url = yield* database
      const { cells, text } = Pages.headsAt(Dialect.postgres, { accounts: ["main", "_store"], position: 9 })
      const plan = yield* asking(url, "SET enable_seqscan = off", `EXPLAIN ${written(text, cells)}`)
      const shown = plan.map((row) => String(row["QUERY PLAN"])).join("\n")
      assert.match(shown, /Index Only Scan Backward using roundlot_feed_account/)
      assert.notInclude(shown, "Seq Scan on roundlot_feed")
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
