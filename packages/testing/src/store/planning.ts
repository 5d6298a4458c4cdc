import { Effect, Either } from "effect"
import { type TradeRepository, Need, Table } from "@roundlot/core/adapter"
import { same } from "../promise.ts"
import * as rows from "../SampleRows.ts"
import { everyRow, type Clause, filled, everything, refusalOf, nothing } from "./Clause.ts"

const planning: Clause = {
  name: "planning sees what its scope needs, and more when it asks for more, on books without its drafts",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const seen: Array<string> = []
      const { answer } = yield* repository.write(rows.scope(Need.Need.Account({ account: "main" })), (state) => {
        const { books } = state
        const order = books.orders.get(1)
        seen.push(order === undefined ? "no order" : order.status)
        if (order === undefined) return { _tag: "NeedMore", needs: [Need.Need.OrderById({ id: 1 })] }
        books.orders.put({ ...order, status: "cancelled" })
        if (books.commands.all().length === 0) return { _tag: "NeedMore", needs: [Need.Need.Command({ id: "c-1" })] }
        return nothing({
          fills: books.fills.all().length,
          lots: books.lots.all().length,
          position: books.positions.get(Table.joinKey(["main", "AAPL"]))?.answer,
          head: state.heads.get("main"),
          newestAt: state.newestAt,
          counters: state.counters
        })
      })
      yield* same("planning runs again without its drafts", seen, ["no order", "filled", "filled"])
      yield* same("planning sees rows, heads, time and the next ids", answer, {
        fills: 1,
        lots: 2,
        position: { _tag: "NotDue" },
        head: { seq: 1, hash: rows.hashAt("main", 1) },
        newestAt: rows.AT,
        counters: rows.nextIds
      })
      const again = repository.write(rows.scope(), () => ({
        _tag: "NeedMore",
        needs: [Need.Need.OrderById({ id: 1 })]
      }))
      const endless = yield* Effect.either(Effect.sandbox(again))
      yield* same("a plan that asks again for what it has ends", Either.isLeft(endless), true)
    })
}

const pausing: Clause = {
  name: "planning that pauses goes on with the same state, on books as it left them",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const states: Array<TradeRepository.State> = []
      const scope = rows.scope(Need.Need.OrderById({ id: 1 }))
      const { answer } = yield* repository.write(scope, (state) => {
        const { orders } = state.books
        const order = orders.get(1)
        if (order === undefined) return { _tag: "NeedMore", needs: [Need.Need.OrderById({ id: 1 })] }
        states.push(state)
        if (states.length === 1) orders.put({ ...order, status: "cancelled" })
        return states.length < 3 ? { _tag: "Pause" } : nothing(order.status)
      })
      yield* same("what was drafted before a pause is there after it", answer, "cancelled")
      yield* same("the state is the very same", [states.length, new Set(states).size], [3, 1])
    })
}

const updatesFirst: Clause = {
  name: "updates go before inserts: a place that a unique lookup guards is left before it is taken",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const moved = { ...rows.trade, sourceId: "moved" }
      const taking = { ...rows.trade, id: 2 }
      const change = { table: "trades" as const, inserts: [taking], updates: [moved] }
      yield* repository.write(rows.scope(), rows.writing([change]))
      yield* same("both rows stand", yield* repository.page(everyRow("trades")), [moved, taking])
    })
}

const isRefused = (answer: unknown): boolean => typeof answer === "object" && answer !== null && "constraint" in answer

const brokerOrderIds: Clause = {
  name: "SYNC-6, O28: an account has a broker's id of an order once, and again only with the day on which it was given again",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const adding = (differs: Table.EncodedRow) =>
        refusalOf(
          repository.write(rows.scope(), rows.writing([rows.inserting("orders", { ...rows.order, ...differs })]))
        )
      const again = { id: 2, clientOrderId: "rl1-abcdefaaaaaaaaaaaaaaaaaaab" }
      yield* same("the same id of another order is refused", isRefused(yield* adding(again)), true)
      const reused = { ...again, idReusedOn: "2026-01-06" }
      yield* same("with its day it is taken", yield* adding(reused), "it was not refused")
      const third = { ...reused, id: 3, clientOrderId: "rl1-abcdefaaaaaaaaaaaaaaaaaaac" }
      yield* same("a day has it once too", isRefused(yield* adding(third)), true)
      const next = yield* adding({ ...third, idReusedOn: "2026-01-07" })
      yield* same("another day may have it again", next, "it was not refused")
    })
}

const repeatedCommit: Clause = {
  name: "a repeated commit id is answered with what it did, and nothing is planned or written again",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      const scope = { ...rows.scope(), commitId: "one-and-the-same" }
      yield* repository.write(scope, rows.writing(rows.everything, [rows.part("main", 1, 2)]))
      const before = yield* everything(repository)
      let isPlanned = false
      const again = yield* refusalOf(
        repository.write(scope, () => {
          isPlanned = true
          return rows.writing([rows.updating("accounts", { ...rows.account, lot: "9" })])()
        })
      )
      yield* same("it is answered with what it did", again, {
        _tag: "AlreadyCommitted",
        commitId: "one-and-the-same",
        journals: [{ account: "main", firstSeq: 1, lastSeq: 2 }]
      })
      yield* same("it is not planned again", isPlanned, false)
      yield* same("nothing is written again", yield* everything(repository), before)
    })
}

/** What it promises of plans and what they see. */
export const plans: ReadonlyArray<Clause> = [planning, pausing, updatesFirst, brokerOrderIds, repeatedCommit]
