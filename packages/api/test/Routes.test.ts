import { expect, test } from "vitest"
import { Routes } from "@roundlot/api"

const isLongRead = (url: string, method = "GET") => Routes.isLongRead({ method, url })

test("a read of an earlier moment is one however its target is written, as the router takes it", () => {
  for (const url of [
    "/api/v1/orders?asOf=6",
    "/API/v1//orders/?asOf=6",
    "/api/v1/orders?source=a?b&asOf=6",
    "/api/v1/orders;asOf=6",
    "/api/v1/orders#asOf=6",
    "http://127.0.0.1:8080/api/v1/orders?asOf=6",
    "/api/v1/orders?%61sOf=6"
  ])
    expect([url, isLongRead(url)]).toEqual([url, true])
  expect(isLongRead("/api/v1/orders?asOf=6", "HEAD")).toBe(true)
})

test("a read of a whole account, batch or store is one as well, and a page of a batch is not", () => {
  for (const path of [
    "reports/trail",
    "reports/profit?by=day",
    "reports/profit/export",
    "reports/slippage?symbol=AAPL",
    "batches/G1/export",
    "batches/G1/rows"
  ])
    expect([path, isLongRead(`/api/v1/${path}`)]).toEqual([path, true])
  for (const path of ["batches/G1/rows?limit=9", "batches/G1/rows?status=done", "batches/G1", "reports/hedging"])
    expect([path, isLongRead(`/api/v1/${path}`)]).toEqual([path, false])
})

test("other requests are not", () => {
  for (const url of ["/api/v1/orders", "/api/v1/orders?symbol=asOf", "/health?asOf=6", "http://asOf/api/v1/orders"])
    expect([url, isLongRead(url)]).toEqual([url, false])
  expect(isLongRead("/api/v1/orders?asOf=6", "POST")).toBe(false)
})
