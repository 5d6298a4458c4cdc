import { describe, expect, it } from "vitest"
import { Redacted } from "effect"
import { keptAddress, shownPlace } from "../src/internal/connection.ts"

describe("an address that is kept", () => {
  it.each([
    ["postgres://desk:secret@db.example:6432/books", "postgres://desk@db.example:6432/books"],
    ["postgres://db.example/books", "postgres://db.example/books"],
    [
      "postgres://desk:secret@db.example/books?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&password=secret",
      "postgres://desk@db.example/books?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem"
    ],
    ["no address secret", "postgres"]
  ])("names the user and how TLS is used, and no secret: %s", (url, wanted) => {
    const kept = keptAddress(Redacted.make(url))
    expect(kept).toBe(wanted)
    expect(`${kept}${shownPlace(Redacted.make(url))}`).not.toContain("secret")
  })
})
