import { assert, describe, it } from "@effect/vitest"
import { Credentials } from "@roundlot/broker-schwab"
import { Either } from "effect"

const judged = (url: string): string =>
  Either.match(Credentials.placeOf(url), {
    onLeft: (error) => error.message,
    onRight: ({ environment }) => environment
  })

describe("the environment that an address proves", () => {
  it.each([
    ["https://api.schwabapi.com", "live"],
    ["http://127.0.0.1:4000", "paper"],
    ["https://localhost:4000/", "paper"],
    ["http://[::1]:80", "paper"]
  ])("%s is %s", (url, environment) => {
    assert.strictEqual(judged(url), environment)
  })

  it.each([
    "https://api.schwabapi.com.evil.example",
    "https://api.schwabapi.com@evil.example",
    "http://api.schwabapi.com",
    "https://api.schwabapi.com:8443",
    "http://127.0.0.1.example",
    "ftp://localhost",
    "paper"
  ])("%s is refused by name", (url) => {
    assert.include(judged(url), url)
    assert.include(judged(url), "https://api.schwabapi.com, or a simulator's address")
  })
})
