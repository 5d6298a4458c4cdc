import { expect, test } from "vitest"
import { Routes } from "@roundlot/api"

const isOfPast = (url: string, method = "GET") => Routes.isOfPast({ method, url })

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
    expect([url, isOfPast(url)]).toEqual([url, true])
  expect(isOfPast("/api/v1/orders?asOf=6", "HEAD")).toBe(true)
})

test("other requests are not", () => {
  for (const url of ["/api/v1/orders", "/api/v1/orders?symbol=asOf", "/health?asOf=6", "http://asOf/api/v1/orders"])
    expect([url, isOfPast(url)]).toEqual([url, false])
  expect(isOfPast("/api/v1/orders?asOf=6", "POST")).toBe(false)
})
