import { assert, describe, it } from "@effect/vitest"
import { Credentials } from "@roundlot/broker-alpaca"
import { Either } from "effect"

const judged = (url: string): string =>
  Either.match(Credentials.placeOf(url), {
    onLeft: (error) => error.message,
    onRight: ({ environment }) => environment
  })

describe("the environment that an address proves", () => {
  it.each([
    ["https://paper-api.alpaca.markets", "paper"],
    ["https://api.alpaca.markets", "live"],
    ["http://127.0.0.1:4000", "paper"],
    ["http://localhost:4000/", "paper"],
    ["http://[::1]:80", "paper"]
  ])("%s is %s", (url, environment) => {
    assert.strictEqual(judged(url), environment)
  })

  it.each([
    "https://api.alpaca.markets.evil.example",
    "https://paper-api.alpaca.markets@evil.example",
    "https://broker-api.alpaca.markets",
    "http://paper-api.alpaca.markets",
    "https://paper-api.alpaca.markets:8443",
    "http://127.0.0.1.example",
    "ftp://localhost",
    "paper"
  ])("%s is refused by name", (url) => {
    assert.include(judged(url), url)
    assert.include(judged(url), "https://paper-api.alpaca.markets, or a simulator's address")
  })
})
